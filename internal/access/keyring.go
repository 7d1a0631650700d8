package access

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// keyLock is the advisory lock of a database's keys.
const keyLock int64 = 0x746f7579616e // "touyan"

// Hold says how a program works with the keys that it read at its start.
type Hold string

// Whoever seals or opens values shares the keys; who changes them is alone with the database.
const (
	Share Hold = `select pg_try_advisory_lock_shared($1)`
	Alone Hold = `select pg_try_advisory_lock($1)`
)

// Keyring sees to it that a program works with the keys that its database is in. It greets every connection of the pool:
// each holds the lock as long as it lives, so no connection can outlive a change of keys, whatever was restarted meanwhile,
// and a program that was away during one gets no connection until it is started anew.
type Keyring struct {
	hold  Hold
	mu    sync.Mutex
	keys  *crypt.Keys
	index uint16 // the key of the indexes when the program started; 0 before its first connection
}

// NewKeyring holds a program to the keys of a secret file.
func NewKeyring(keys *crypt.Keys, hold Hold) *Keyring { return &Keyring{keys: keys, hold: hold} }

// Greet is for the pool.
func (r *Keyring) Greet(ctx context.Context, c *pgx.Conn) error {
	if err := r.lock(ctx, c); err != nil {
		return err
	}
	seal, index, err := r.state(ctx, c)
	if err != nil {
		return fmt.Errorf("read which keys the database is in: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.keys.Has(seal) || !r.keys.Has(index):
		return refuse("数据库中有用密钥%d加密的内容,而密钥文件里没有这个密钥:请改用更换密钥之后的密钥文件,然后重新启动", max(seal, index))
	case r.index != 0 && r.index != index:
		return refuse("密钥已经更换,这个程序仍在使用旧密钥:请重新启动")
	}
	r.index = index
	return nil
}

func refuse(format string, args ...any) error {
	return &fault.Fault{Kind: fault.KindUnavailable, Sentence: fmt.Sprintf(format, args...)}
}

// lock takes the lock for the connection. Who wants to be alone waits a moment for the connections of a program that has
// just ended.
func (r *Keyring) lock(ctx context.Context, c *pgx.Conn) error {
	for wait := 20; ; wait-- {
		var held bool
		if err := c.QueryRow(ctx, string(r.hold), keyLock).Scan(&held); err != nil {
			return fmt.Errorf("lock keys: %w", err)
		}
		switch {
		case held:
			return nil
		case r.hold == Share:
			return refuse("正在更换密钥(touyan rekey),请等它完成后再启动")
		case wait == 0:
			return refuse("还有程序在使用这个数据库。请先停止所有服务器上的 touyan serve 和其他 touyan 命令,再更换密钥")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// state reads the row of key_state. In a new database it is made, and in any it names the newest key that seals.
func (r *Keyring) state(ctx context.Context, c *pgx.Conn) (seal, index uint16, err error) {
	const read = `select seal_key, index_key from key_state`
	active := int32(r.keys.ActiveKey())
	err = c.QueryRow(ctx, read).Scan(&seal, &index)
	if errors.Is(err, pgx.ErrNoRows) {
		if _, err = c.Exec(ctx, `insert into key_state (seal_key, index_key) values ($1, $1) on conflict do nothing`, active); err == nil {
			err = c.QueryRow(ctx, read).Scan(&seal, &index)
		}
	}
	if err == nil && int32(seal) < active {
		_, err = c.Exec(ctx, `update key_state set seal_key = $1, changed_at = now() where seal_key < $1`, active)
	}
	return seal, index, err
}

// Keys gives the keys as the database needs them. It connects if nothing has yet.
func (r *Keyring) Keys(ctx context.Context, p *pg.Pool) (*crypt.Keys, error) {
	if err := p.Ping(ctx); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys.IndexedBy(r.index)
}

// Renew goes on with a secret file that has a further key. The database knows of it before anything is sealed with it.
func (r *Keyring) Renew(ctx context.Context, p *pg.Pool, keys *crypt.Keys) (*crypt.Keys, error) {
	r.mu.Lock()
	r.keys = keys
	r.mu.Unlock()
	if _, err := p.Raw().Exec(ctx, `update key_state set seal_key = $1, changed_at = now() where seal_key < $1`, int32(keys.ActiveKey())); err != nil {
		return nil, fmt.Errorf("note the new key: %w", err)
	}
	return r.Keys(ctx, p)
}

// IndexedBy notes, in the transaction that makes all indexes anew, which key they have.
func IndexedBy(ctx context.Context, tx *Tx, keys *crypt.Keys) error {
	_, err := tx.Exec(ctx, `update key_state set index_key = $1, changed_at = now()`, int32(keys.IndexKey()))
	return err
}
