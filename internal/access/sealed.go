package access

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
)

// Sealed says where a module keeps values that are encrypted under the secret file, and the blind indexes made of them,
// so that both can follow a change of keys. The names are constants of the module; statements are put together from them.
type Sealed struct {
	Table string
	Key   []string // what names a row within its district, whole numbers above 0 or counted from 0 after the first; nil: id
	Column
	Purpose string
	Files   bool // whole files, of which one at a time is held in memory
	Indexes []Index
}

// Column is where a value lies: in a bytea column, or in a jsonb column as its only value or as a member of it.
type Column struct {
	Name   string
	JSON   bool   // the value is the base64 text that Go makes of bytes
	Member string // the member of a row as to_jsonb wrote it
}

// Index is a blind index of a sealed value. It may stand in another table, under the same key of another name.
type Index struct {
	Column
	Table string
	Key   []string
	Of    func(keys *crypt.Keys, tenant int64, plain string) []byte
}

// read is the expression that gives the bytes.
func (c Column) read() string {
	switch {
	case c.Member != "":
		return `decode(substr(` + c.Name + ` ->> '` + c.Member + `', 3), 'hex')` // \x…
	case c.JSON:
		return `case jsonb_typeof(` + c.Name + `) when 'string' then decode(` + c.Name + ` #>> '{}', 'base64') end`
	}
	return c.Name
}

// set is the assignment that stores @value.
func (c Column) set() string {
	switch {
	case c.Member != "":
		return c.Name + ` = jsonb_set(` + c.Name + `, '{` + c.Member + `}', coalesce(to_jsonb(@value::bytea), 'null'))`
	case c.JSON:
		return c.Name + ` = to_jsonb(translate(encode(@value::bytea, 'base64'), E'\n', ''))`
	}
	return c.Name + ` = @value::bytea`
}

// String names the place in messages and tests.
func (c Column) String() string { return strings.TrimSuffix(c.Name+"."+c.Member, ".") }

// Sealed lists what all modules keep sealed.
func (c *Core) Sealed() (all []Sealed) {
	for _, m := range c.modules {
		all = append(all, m.Sealed...)
	}
	return all
}

// sealedRow is a row of a page.
type sealedRow struct {
	Key    []int64
	Sealed []byte
}

func (s Sealed) keyOr(key []string) []string {
	switch {
	case key != nil:
		return key
	case s.Key != nil:
		return s.Key
	}
	return []string{"id"}
}

// isKey is the condition on a row, whose key stands in @key.
func isKey(columns []string) string {
	var b strings.Builder
	for i, c := range columns {
		fmt.Fprintf(&b, " and %s = (@key::bigint[])[%d]", c, i+1)
	}
	return b.String()
}

// page reads the rows that follow a key, those of the given key of the secret file left out (0: none).
func (s Sealed) page(ctx context.Context, tx *Tx, after []int64, without uint16) ([]sealedRow, error) {
	key := s.keyOr(nil)
	if after == nil {
		after = make([]int64, len(key))
	}
	from := make([]string, len(key))
	for i := range key {
		from[i] = fmt.Sprintf("(@after::bigint[])[%d]", i+1)
	}
	limit := 500
	if s.Files {
		limit = 1
	}
	names := strings.Join(key, ", ")
	rows, err := tx.Query(ctx, `select array[`+names+`]::bigint[], `+s.read()+` from `+s.Table+` where tenant_id = @tenant
		and (`+names+`) > (`+strings.Join(from, ", ")+`) and octet_length(`+s.read()+`) > 0 and `+s.keyID()+` <> @without
		order by `+names+` limit @limit`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "after": after, "without": keyBytes(without), "limit": limit})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[sealedRow])
}

// keyID is the expression that gives the id of a value's key: the second and third byte (package crypt).
func (s Sealed) keyID() string { return `substring(` + s.read() + ` from 2 for 2)` }

func keyBytes(id uint16) []byte { return binary.BigEndian.AppendUint16(nil, id) }

func (s Sealed) open(keys *crypt.Keys, tenant int64, r sealedRow) (string, error) {
	plain, err := keys.Decrypt(tenant, s.Purpose, r.Sealed)
	if err != nil {
		return "", fault.Because(fault.Conflict("区县%d的 %s.%s(%s = %v)无法解密,请核对密钥文件和数据库后再执行", tenant, s.Table, s.Column,
			strings.Join(s.keyOr(nil), ", "), r.Key), err)
	}
	return plain, nil
}

// Reseal seals anew, a page per transaction, what the active key has not sealed. A value is replaced only if it still is
// what was read.
func (s Sealed) Reseal(ctx context.Context, scope Scope, keys *crypt.Keys) (done int, err error) {
	tenant := scope.Tenant()
	replace := `update ` + s.Table + ` set ` + s.set() + ` where tenant_id = @tenant` + isKey(s.keyOr(nil)) + ` and ` + s.read() + ` = @old`
	for after, more := []int64(nil), true; more; {
		err := InScope(ctx, scope, func(tx *Tx) error {
			page, err := s.page(ctx, tx, after, keys.ActiveKey())
			if more = len(page) > 0; !more || err != nil {
				return err
			}
			b := &pgx.Batch{}
			for _, r := range page {
				plain, err := s.open(keys, tenant, r)
				if err != nil {
					return err
				}
				b.Queue(replace, pgx.StrictNamedArgs{"tenant": tenant, "key": r.Key, "value": keys.Encrypt(tenant, s.Purpose, plain), "old": r.Sealed})
			}
			done, after = done+len(page), page[len(page)-1].Key
			return tx.SendBatch(ctx, b).Close()
		})
		if err != nil {
			return done, fmt.Errorf("seal %s.%s: %w", s.Table, s.Column, err)
		}
	}
	return done, nil
}

// Reindex makes the indexes of all values anew, in the caller's transaction.
func (s Sealed) Reindex(ctx context.Context, tx *Tx, keys *crypt.Keys) (done int, err error) {
	if len(s.Indexes) == 0 {
		return 0, nil
	}
	for after := []int64(nil); ; {
		page, err := s.page(ctx, tx, after, 0)
		if err != nil || len(page) == 0 {
			return done, err
		}
		b := &pgx.Batch{}
		for _, r := range page {
			plain, err := s.open(keys, tx.Tenant(), r)
			if err != nil {
				return done, err
			}
			for _, i := range s.Indexes {
				b.Queue(`update `+cmp.Or(i.Table, s.Table)+` set `+i.set()+` where tenant_id = @tenant`+isKey(s.keyOr(i.Key)),
					pgx.StrictNamedArgs{"tenant": tx.Tenant(), "key": r.Key, "value": i.Of(keys, tx.Tenant(), plain)})
			}
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return done, fmt.Errorf("index %s.%s: %w", s.Table, s.Column, err)
		}
		done, after = done+len(page)*len(s.Indexes), page[len(page)-1].Key
	}
}

// Under counts the values of the transaction's district by the key that sealed them.
func (s Sealed) Under(ctx context.Context, tx *Tx) (map[uint16]int, error) {
	rows, err := tx.Query(ctx, `select `+s.keyID()+`, count(*)::int from `+s.Table+` where tenant_id = @tenant and octet_length(`+s.read()+`) > 0
		group by 1`, pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return nil, err
	}
	counts := map[uint16]int{}
	var id []byte
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		counts[binary.BigEndian.Uint16(append([]byte{0, 0}, id...)[len(id):])] += n
		return nil
	})
	return counts, err
}
