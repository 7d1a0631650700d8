package cadre

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/pinyin"
)

// searchKeys are the spellings by which a person is found: those of the name, the usual one first since lists are sorted
// by it, and then those of the former name.
func searchKeys(name, former string) (full, initials []string) {
	full, initials = pinyin.Keys(name)
	if former == "" {
		return full, initials
	}
	more, heads := pinyin.Keys(former)
	return union(full, more), union(initials, heads)
}

// union adds what a list does not have yet.
func union(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// respell writes the spellings of a file whose names came from another one.
func respell(ctx context.Context, tx *access.Tx, person int64) error {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person}
	var name, former string
	if err := tx.QueryRow(ctx, `select name, former_name from persons where tenant_id = @tenant and id = @person`, args).Scan(&name, &former); err != nil {
		return err
	}
	args["pinyin"], args["initials"] = searchKeys(name, former)
	_, err := tx.Exec(ctx, `update persons set pinyin = @pinyin, initials = @initials where tenant_id = @tenant and id = @person`, args)
	return err
}
