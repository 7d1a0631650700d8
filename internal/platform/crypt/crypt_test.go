package crypt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"touyan/internal/platform/crypt"
)

func generate(t *testing.T, suite crypt.Suite) *crypt.Keys {
	t.Helper()
	k, err := crypt.Generate(suite)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestEncrypt(t *testing.T) {
	t.Parallel()
	for _, suite := range []crypt.Suite{crypt.AES, crypt.SM} {
		k := generate(t, suite)
		for _, plain := range []string{"621202198502140019", "甘肃省陇南市武都区", strings.Repeat("长", 4000)} {
			sealed := k.Encrypt(7, "cadre.id_number", plain)
			if bytes.Contains(sealed, []byte(plain)) || bytes.Equal(sealed, k.Encrypt(7, "cadre.id_number", plain)) {
				t.Errorf("%s: the ciphertext shows or repeats the value", suite)
			}
			if got, err := k.Decrypt(7, "cadre.id_number", sealed); err != nil || got != plain {
				t.Errorf("%s: %q, %v", suite, got, err)
			}
			if _, err := k.Decrypt(8, "cadre.id_number", sealed); !errors.Is(err, crypt.ErrOpen) {
				t.Errorf("%s: opened in another district: %v", suite, err)
			}
			if _, err := k.Decrypt(7, "cadre.phone", sealed); !errors.Is(err, crypt.ErrOpen) {
				t.Errorf("%s: opened for another purpose: %v", suite, err)
			}
			for i := range min(len(sealed), 60) {
				altered := bytes.Clone(sealed)
				altered[i] ^= 1
				if _, err := k.Decrypt(7, "cadre.id_number", altered); !errors.Is(err, crypt.ErrOpen) {
					t.Fatalf("%s: byte %d altered and opened: %v", suite, i, err)
				}
			}
		}
		if sealed := k.Encrypt(7, "x", ""); sealed != nil {
			t.Errorf("empty became %v", sealed)
		}
		if got, err := k.Decrypt(7, "x", nil); got != "" || err != nil {
			t.Errorf("NULL became %q, %v", got, err)
		}
		if _, err := k.Decrypt(7, "x", []byte{1, 0}); !errors.Is(err, crypt.ErrOpen) {
			t.Errorf("a stump opened: %v", err)
		}
	}
	if _, err := crypt.Generate("des"); err == nil {
		t.Error("an unknown suite was accepted")
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	for _, suite := range []crypt.Suite{crypt.AES, crypt.SM} {
		k := generate(t, suite)
		seen := map[string]string{}
		for _, c := range []struct {
			tenant         int64
			purpose, value string
		}{{1, "id", "a"}, {2, "id", "a"}, {1, "phone", "a"}, {1, "id", "b"}, {1, "i", "da"}} {
			index := k.Index(c.tenant, c.purpose, c.value)
			if !bytes.Equal(index, k.Index(c.tenant, c.purpose, c.value)) || len(index) != 32 {
				t.Errorf("%s: the index of %v is not stable", suite, c)
			}
			if other, twice := seen[string(index)]; twice {
				t.Errorf("%s: %v shares its index with %s", suite, c, other)
			}
			seen[string(index)] = fmt.Sprint(c)
		}
		if bytes.Equal(k.Index(1, "id", "a"), generate(t, suite).Index(1, "id", "a")) {
			t.Errorf("%s: two installations share an index", suite)
		}
		if k.Index(1, "id", "") != nil {
			t.Errorf("%s: empty has an index", suite)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.json")
	old, err := crypt.LoadOrCreate(path, crypt.AES)
	if err != nil {
		t.Fatal(err)
	}
	sealed, index := old.Encrypt(1, "p", "value"), old.Index(1, "p", "value")
	rotated, err := crypt.Rotate(path, crypt.SM)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rotated.Decrypt(1, "p", sealed); err != nil || got != "value" {
		t.Errorf("old value: %q, %v", got, err)
	}
	if string(rotated.Links()) != string(old.Links()) || rotated.DemoPassword("a") != old.DemoPassword("a") {
		t.Error("links that hang on walls, or passwords, changed with the key")
	}
	if rotated.ActiveKey() != 2 || rotated.ActiveSuite() != crypt.SM || !rotated.Has(1) || rotated.Has(3) || old.Has(2) {
		t.Error("the file must have two generations, of which the new one seals")
	}
	again := rotated.Encrypt(1, "p", "value")
	if again[0] == sealed[0] {
		t.Error("the new generation does not seal")
	}
	if _, err := old.Decrypt(1, "p", again); !errors.Is(err, crypt.ErrOpen) {
		t.Errorf("old keys opened a new value: %v", err)
	}
	if bytes.Equal(rotated.Index(1, "p", "value"), index) {
		t.Error("the new generation does not index")
	}
	first, err := rotated.IndexedBy(1)
	if err != nil || !bytes.Equal(first.Index(1, "p", "value"), index) || first.ActiveKey() != 2 || first.IndexKey() != 1 {
		t.Errorf("sealing and indexing by two generations: %v", err)
	}
	if _, err := rotated.IndexedBy(3); err == nil {
		t.Error("an unknown generation indexes")
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[A-Z][a-z]{4}-[a-z]{5}-[a-z]{5}-[2-9]{4}$`)
	k, other := generate(t, crypt.AES), generate(t, crypt.AES)
	seen := map[string]bool{}
	for i := range 200 {
		user := fmt.Sprintf("clerk%d", i)
		p := k.DemoPassword(user)
		if !form.MatchString(p) || p != k.DemoPassword(user) || p == other.DemoPassword(user) || seen[p] {
			t.Fatalf("password of %s", user)
		}
		seen[p] = true
		if q := crypt.Password(); !form.MatchString(q) || seen[q] {
			t.Fatal("random password")
		}
	}
}

func TestNothingIsPrinted(t *testing.T) {
	t.Parallel()
	k := generate(t, crypt.AES)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "keys", k)
	asJSON, err := json.Marshal(map[string]any{"keys": k})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{log.String(), string(asJSON), fmt.Sprintf("%v %+v %#v %s %x %d", k, k, k, k, k, k)} {
		if len(text) > 400 || !strings.Contains(text, "不显示") {
			t.Errorf("printed %q", text)
		}
	}
}
