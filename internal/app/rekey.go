package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
)

// Rekey moves a database to a new key. Two facts say how far it is, each changed in one step: the key that seals stands in
// the secret file, the key of the blind indexes in the database (key_state), where it changes together with them.
//
//	sealing = indexes    nothing is under way        a key is added to the file, which seals from now on
//	sealing > indexes    not finished                what older keys sealed is sealed anew, district by district;
//	                                                 then all indexes are made anew in one transaction, which notes the key
//
// Whatever ends it in between, every value opens, since the file keeps the older keys, and everything is found, since the
// indexes belong to the key that the database names. Run again, it goes on without adding another key. After a restored
// backup it brings the older values to the key of the file. Nothing is written after the commit that could be lost.
//
// It is alone with the database (access.Keyring): a server that went on would write with the old keys.
func Rekey(ctx context.Context, cfg Config, suite crypt.Suite, out io.Writer) error {
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	pool, ring, keys, err := keyed(ctx, cfg, db, access.Alone, 1) // the one connection that holds the lock
	if err != nil {
		return err
	}
	defer pool.Close()
	if keys.ActiveKey() == keys.IndexKey() {
		if suite == "" {
			suite = keys.ActiveSuite()
		}
		added, err := crypt.Rotate(cfg.secretPath(), suite)
		if err != nil {
			return fault.Because(fault.Conflict("没有更换:%s", err), err)
		}
		if keys, err = ring.Renew(ctx, pool, added); err != nil {
			return err
		}
		fmt.Fprintf(out, "密钥文件 %s 已加入密钥%d(%s),请备份这个文件:今后的内容用原来的备份打不开\n", cfg.secretPath(), keys.ActiveKey(), suite)
	} else {
		if suite != "" && suite != keys.ActiveSuite() {
			return fault.Conflict("上一次更换(密钥%d,%s)还没有完成。请先执行 touyan rekey 完成它,再换用 %s", keys.ActiveKey(), keys.ActiveSuite(), suite)
		}
		fmt.Fprintf(out, "继续上一次没有完成的更换(密钥%d,%s)\n", keys.ActiveKey(), keys.ActiveSuite())
	}
	a, err := New(cfg, pool, keys)
	if err != nil {
		return err
	}
	if err = a.rekey(ctx, keys, out); errors.Is(ctx.Err(), context.Canceled) && err != nil {
		return fault.Because(fault.Conflict("已中断,更换没有完成,数据可以照常使用;再执行一次 touyan rekey 会接着做"), err)
	}
	return err
}

// everywhere are the scopes of a whole database: the platform and every district.
func everywhere(ctx context.Context, core *access.Core, reason string) ([]access.Scope, error) {
	tenants, err := core.Tenants(ctx)
	scopes := []access.Scope{core.Platform(reason)}
	for _, t := range tenants {
		scopes = append(scopes, core.System(reason, t))
	}
	return scopes, err
}

// rekey seals anew and then makes the indexes anew.
func (a *App) rekey(ctx context.Context, keys *crypt.Keys, out io.Writer) error {
	scopes, err := everywhere(ctx, a.Core, "更换密钥")
	if err != nil {
		return err
	}
	for _, s := range scopes {
		sum := 0
		for _, sealed := range a.Core.Sealed() {
			n, err := sealed.Reseal(ctx, s, keys)
			if err != nil {
				return err
			}
			sum += n
		}
		fmt.Fprintf(out, "区县%d:重新加密%d项\n", s.Tenant(), sum)
	}
	if keys, err = keys.IndexedBy(keys.ActiveKey()); err != nil {
		return err
	}
	sealed, indexed := 0, 0
	err = a.Core.InEach(ctx, scopes, func(tx *access.Tx) error {
		n, m, err := a.reindex(ctx, tx, keys)
		sealed, indexed = sealed+n, indexed+m
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "完成:%d个区县,%d项内容用密钥%d加密,%d项索引已重建。旧密钥留在文件中,恢复旧备份时要用\n", len(scopes)-1, sealed, keys.ActiveKey(), indexed)
	return nil
}

// reindex does one district's part of the transaction. It first makes sure that nothing is left to the older keys.
func (a *App) reindex(ctx context.Context, tx *access.Tx, keys *crypt.Keys) (sealed, indexed int, err error) {
	for _, s := range a.Core.Sealed() {
		under, err := s.Under(ctx, tx)
		if err != nil {
			return 0, 0, err
		}
		for id, n := range under {
			if sealed += n; id != keys.ActiveKey() {
				return 0, 0, fault.Conflict("区县%d的 %s.%s 刚被改动,更换没有完成:请再执行一次 touyan rekey", tx.Tenant(), s.Table, s.Column)
			}
		}
		n, err := s.Reindex(ctx, tx, keys)
		if err != nil {
			return 0, 0, err
		}
		indexed += n
	}
	tx.Audit(access.Line{Action: "keys.renew", Object: "key_state", ID: int64(keys.ActiveKey()),
		Summary: fmt.Sprintf("更换密钥:%d项内容重新加密,%d项索引重建", sealed, indexed),
		Detail:  map[string]any{"key": keys.ActiveKey(), "suite": string(keys.ActiveSuite()), "sealed": sealed, "indexed": indexed}})
	return sealed, indexed, access.IndexedBy(ctx, tx, keys)
}
