package pgserver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is whom the server runs as. PostgreSQL refuses to run as root.
type account struct {
	credential *syscall.Credential // nil: as ourselves
}

func (a account) uid() int {
	if a.credential == nil {
		return os.Getuid()
	}
	return int(a.credential.Uid)
}

// settle says in which folder the server lives and as whom it runs. As root, that is the user whose data is there
// already, else postgres, else nobody; where that user cannot enter the folder asked for (a checkout under a 0700 home),
// the data lives under /var/lib, which is logged.
func settle(dir string, log *slog.Logger) (string, account, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", account{}, fmt.Errorf("data folder: %w", err)
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", account{}, fmt.Errorf("data folder: %w", err)
	}
	// Processes of the server are told by their working folder, which the kernel gives without symbolic links.
	if parent, err = filepath.EvalSymlinks(parent); err != nil {
		return "", account{}, fmt.Errorf("data folder: %w", err)
	}
	dir = filepath.Join(parent, filepath.Base(dir))
	if os.Getuid() != 0 {
		return dir, account{}, nil
	}
	if st, err := status(dir); err == nil && st.Uid != 0 {
		return dir, account{&syscall.Credential{Uid: st.Uid, Gid: st.Gid}}, nil
	}
	who, name, err := service()
	if err != nil || who.enters(parent) {
		return dir, who, err
	}
	elsewhere := filepath.Join("/var/lib", "touyan-"+short(dir), filepath.Base(dir))
	if err := os.MkdirAll(filepath.Dir(elsewhere), 0o755); err != nil {
		return "", account{}, fmt.Errorf("data folder: %w", err)
	}
	log.Info("the database's user cannot enter the data folder; its data lives elsewhere", "user", name, "asked", dir, "folder", elsewhere)
	return elsewhere, who, nil
}

// service is the user that runs the server when we are root.
func service() (account, string, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return account{}, "", fmt.Errorf("user %s: %w", name, err)
		}
		return account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, name, nil
	}
	return account{}, "", errors.New("running as root, but there is no user postgres or nobody for the database")
}

// enters reports whether the user may pass through every folder of a path.
func (a account) enters(path string) bool {
	for {
		st, err := status(path)
		if err != nil {
			return false
		}
		needed := uint32(0o001)
		switch {
		case st.Uid == a.credential.Uid:
			needed = 0o100
		case st.Gid == a.credential.Gid:
			needed = 0o010
		}
		if st.Mode&needed == 0 {
			return false
		}
		if path == "/" {
			return true
		}
		path = filepath.Dir(path)
	}
}

// own gives a folder to the server's user.
func (a account) own(path string) error {
	if a.credential == nil {
		return nil
	}
	return os.Lchown(path, int(a.credential.Uid), int(a.credential.Gid))
}

// guard makes the socket's folder, which only the server's user can enter: whoever reaches the socket is trusted.
func (a account) guard(path string) error {
	err := os.Mkdir(path, 0o700)
	if err == nil {
		err = a.own(path)
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("socket folder: %w", err)
	}
	return a.guards(path)
}

// guards checks that nobody else made the folder, which may stand in a folder that all can write.
func (a account) guards(path string) error {
	st, err := status(path)
	if err != nil {
		return fmt.Errorf("socket folder: %w", err)
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFDIR || int(st.Uid) != a.uid() || st.Mode&0o077 != 0 {
		return fmt.Errorf("the socket folder %s is not a private folder of the database's user: remove it", path)
	}
	return nil
}

func status(path string) (*syscall.Stat_t, error) {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return nil, &os.PathError{Op: "lstat", Path: path, Err: err}
	}
	return &st, nil
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:5])
}

// socketFolder is beside the data folder, or a short folder where the path would not fit sun_path (107 bytes). The
// latter does not follow TMPDIR: every process must find it.
func socketFolder(dir string) string {
	if beside := dir + ".socket"; len(beside)+len("/.s.PGSQL."+port+".lock") <= 107 {
		return beside
	}
	return "/tmp/touyan-" + short(dir)
}
