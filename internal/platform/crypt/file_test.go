package crypt_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"touyan/internal/platform/crypt"
)

func TestSecretFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "var", "secret.json")
	if _, err := crypt.Load(path); err == nil || !strings.Contains(err.Error(), "不存在") {
		t.Fatalf("a missing file: %v", err)
	}
	k, err := crypt.LoadOrCreate(path, crypt.SM)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	again, err := crypt.LoadOrCreate(path, crypt.AES) // the suite is that of the file
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Decrypt(1, "p", k.Encrypt(1, "p", "v")); err != nil || got != "v" {
		t.Fatalf("%q, %v", got, err)
	}
	if string(k.Session()) != string(again.Session()) || string(k.Links()) == string(k.Session()) || k.DemoPassword("a") != again.DemoPassword("a") {
		t.Error("the secrets differ between two reads, or between two uses")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := crypt.Rotate(link, crypt.AES); err != nil {
		t.Fatal(err)
	}
	if again, err = crypt.Load(path); err != nil || again.ActiveKey() != 2 {
		t.Fatalf("after rotation: %v", err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("after rotation: mode %v, %v", info.Mode(), err)
	}
	if at, err := os.Lstat(link); err != nil || at.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced by a file: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".secret-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Files made before the database said which key its indexes have name it themselves.
func TestOlderFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.json")
	k, err := crypt.LoadOrCreate(path, crypt.AES)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	older := strings.Replace(string(content), `"active": 1,`, `"active": 1, "index": 1,`, 1)
	if err := os.WriteFile(path, []byte(older), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := crypt.Load(path)
	if err != nil || string(again.Index(1, "p", "v")) != string(k.Index(1, "p", "v")) {
		t.Fatalf("an older file: %v", err)
	}
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if _, err := crypt.LoadOrCreate(good, crypt.AES); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content  string
		mode     os.FileMode
		sentence string
	}{
		"wide":    {string(content), 0o640, "chmod 600"},
		"broken":  {string(content[:40]), 0o600, "已损坏"},
		"empty":   {"", 0o600, "已损坏"},
		"version": {strings.Replace(string(content), `"version": 1`, `"version": 9`, 1), 0o600, "版本9"},
		"active":  {strings.Replace(string(content), `"active": 1`, `"active": 3`, 1), 0o600, "当前密钥"},
		"suite":   {strings.Replace(string(content), `"aes"`, `"des"`, 1), 0o600, "密码套件"},
		"short":   {strings.Replace(string(content), `"demo": "`, `"demo": "AAAA`, 1), 0o600, "文件"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := crypt.Load(path); err == nil || !strings.Contains(err.Error(), c.sentence) {
			t.Errorf("%s: %v; want a sentence with %s", name, err, c.sentence)
		}
	}
	if _, err := crypt.Load(dir); err == nil {
		t.Error("a directory was read")
	}
}

func TestCreatedOnceByMany(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.json")
	passwords := make([]string, 8)
	var all sync.WaitGroup
	for i := range passwords {
		all.Go(func() {
			if k, err := crypt.LoadOrCreate(path, crypt.AES); err == nil {
				passwords[i] = k.DemoPassword("a")
			}
		})
	}
	all.Wait()
	for _, p := range passwords {
		if p == "" || p != passwords[0] {
			t.Fatal("processes that start together must share one file")
		}
	}
}
