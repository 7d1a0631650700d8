package crypt

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// file is the secret file: JSON, mode 0600. Byte strings are base64.
type file struct {
	Version int          `json:"version"`
	Active  uint16       `json:"active"`          // key that seals
	Index   uint16       `json:"index,omitempty"` // stands in older files; a database itself says which key its indexes have
	Keys    []generation `json:"keys"`
	Session []byte       `json:"session"`
	Links   []byte       `json:"links"`
	Demo    []byte       `json:"demo"`
}

type generation struct {
	ID     uint16 `json:"id"`
	Suite  Suite  `json:"suite"`
	Secret []byte `json:"secret"`
}

// Generate makes new keys in memory, for a new installation and for tests.
func Generate(suite Suite) (*Keys, error) {
	return build(file{
		Version: 1, Active: 1, Keys: []generation{{ID: 1, Suite: suite, Secret: random()}},
		Session: random(), Links: random(), Demo: random(),
	})
}

func random() []byte {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // never fails: the program ends instead
	return b
}

// build checks the file and derives the keys.
func build(f file) (*Keys, error) {
	k := &Keys{file: f, keys: map[uint16]*key{}}
	if f.Version != 1 {
		return nil, fmt.Errorf("密钥文件版本%d不受支持", f.Version)
	}
	for _, g := range f.Keys {
		if _, twice := k.keys[g.ID]; twice || g.ID == 0 {
			return nil, fmt.Errorf("密钥文件中的密钥编号%d重复或为零", g.ID)
		}
		generation, err := newKey(g.ID, g.Suite, g.Secret)
		if err != nil {
			return nil, err
		}
		k.keys[g.ID] = generation
	}
	if k.active = k.keys[f.Active]; k.active == nil {
		return nil, errors.New("密钥文件没有指明有效的当前密钥")
	}
	k.index = k.active
	for _, secret := range [][]byte{f.Session, f.Links, f.Demo} {
		if len(secret) != secretSize {
			return nil, errors.New("密钥文件不完整")
		}
	}
	return k, nil
}

// Load reads the secret file. It refuses a missing file, since new keys would make all stored values unreadable, and one
// that others may read.
func Load(path string) (*Keys, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("密钥文件 %s 不存在;请从备份中恢复,或用 TOUYAN_SECRET_FILE 指明位置: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("密钥文件无法读取: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("密钥文件无法读取: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("密钥文件 %s 不是普通文件", path)
	}
	if wide := info.Mode().Perm() & 0o077; wide != 0 {
		return nil, fmt.Errorf("密钥文件 %s 的权限为%04o,其他用户可以访问;请执行 chmod 600 后重试", path, info.Mode().Perm())
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("密钥文件无法读取: %w", err)
	}
	var content file
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&content); err != nil {
		return nil, fmt.Errorf("密钥文件 %s 内容已损坏,请从备份中恢复", path) // the cause would quote the content
	}
	k, err := build(content)
	if err != nil {
		return nil, fmt.Errorf("密钥文件 %s: %w", path, err)
	}
	return k, nil
}

// LoadOrCreate reads the secret file of the private instance, or makes it with mode 0600. Of several processes that
// start together one makes it and all read the same.
func LoadOrCreate(path string, suite Suite) (*Keys, error) {
	if _, err := os.Lstat(path); err == nil {
		return Load(path)
	}
	k, err := Generate(suite)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("密钥文件的目录无法建立: %w", err)
	}
	temporary, err := k.write(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer os.Remove(temporary)
	if err := os.Link(temporary, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("密钥文件无法写入: %w", err)
	}
	return Load(path)
}

// Rotate adds a generation to the secret file, which seals from now on. It is on disk before anything is sealed with it.
func Rotate(path string, suite Suite) (*Keys, error) {
	k, err := Load(path)
	if err != nil {
		return nil, err
	}
	if k, err = k.rotated(suite); err != nil {
		return nil, err
	}
	return k, k.save(path)
}

// rotated gives keys with a new active generation.
func (k *Keys) rotated(suite Suite) (*Keys, error) {
	f := k.file
	var highest uint16
	for _, g := range f.Keys {
		highest = max(highest, g.ID)
	}
	f.Active, f.Index = highest+1, 0
	f.Keys = append(slices.Clone(f.Keys), generation{ID: f.Active, Suite: suite, Secret: random()})
	return build(f)
}

// save replaces the secret file in one step: a crash leaves the old one or the new one, never none. The file keeps its
// owner, since the server may run as another user than who calls this.
func (k *Keys) save(path string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("密钥文件无法写入: %w", err)
	}
	was, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("密钥文件无法写入: %w", err)
	}
	temporary, err := k.write(filepath.Dir(path))
	if err != nil {
		return err
	}
	if s, ok := was.Sys().(*syscall.Stat_t); ok {
		err = os.Chown(temporary, int(s.Uid), int(s.Gid))
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
		return fmt.Errorf("密钥文件无法写入: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename last through a power cut.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err == nil {
		err = errors.Join(d.Sync(), d.Close())
	}
	if err != nil {
		return fmt.Errorf("密钥文件无法写入: %w", err)
	}
	return nil
}

// write puts the content on disk beside its destination and gives the name. CreateTemp makes the file with mode 0600.
func (k *Keys) write(dir string) (string, error) {
	data, err := json.MarshalIndent(k.file, "", "  ")
	if err != nil {
		return "", fmt.Errorf("密钥文件无法写入: %w", err)
	}
	f, err := os.CreateTemp(dir, ".secret-*")
	if err != nil {
		return "", fmt.Errorf("密钥文件无法写入: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("密钥文件无法写入: %w", err)
	}
	return f.Name(), nil
}
