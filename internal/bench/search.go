package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"touyan/internal/platform/crypt"
)

// everybody is how many people a province has in its districts, the largest of which is the demonstration's.
const everybody = 60_000

const firstProvince = 2_000_000 // tenant of the first of its other districts

// search: every way to find people, over sixteen connections, when the database holds a whole province.
func (b *bench) search() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	var number, phone []byte
	var person, tenant, township int64
	if err := b.db.QueryRow(b.ctx, `select id, tenant_id, id_cipher, phone_cipher from persons where tenant_id = (select id from tenants where code = '621202')
		and phone_cipher is not null order by id limit 1`).Scan(&person, &tenant, &number, &phone); err != nil {
		return err
	}
	keys, err := crypt.Load(filepath.Join(b.dir, "secret.json"))
	if err != nil {
		return err
	}
	id, err := keys.Decrypt(tenant, "cadre.id_number", number)
	if err != nil {
		return err
	}
	call, err := keys.Decrypt(tenant, "cadre.phone", phone)
	if err != nil {
		return err
	}
	if err := b.db.QueryRow(b.ctx, `select township_id from persons where tenant_id = $1 group by 1 order by count(*) desc limit 1`, tenant).Scan(&township); err != nil {
		return err
	}
	q := func(text string) string { return "/cadres?q=" + url.QueryEscape(text) }
	alone, err := b.rate(officer, q("wx"))
	if err != nil {
		return err
	}
	if err := b.populate(tenant); err != nil {
		return err
	}
	for _, x := range []struct{ name, path string }{
		{"name", q("王")}, {"pinyin", q("wangx")}, {"initials", q("wx")}, {"part of a village", q("山")}, {"post", q("文书")},
		{"last four of the number", q(id[14:])}, {"phone", q(call)},
		{"combined", q("w") + fmt.Sprintf("&township=%d&education=college&age_to=50&sex=1", township)},
		{"page 40", "/cadres?page=40"},
	} {
		if err := b.found(officer, x.name, x.path); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
	}
	crowded, err := b.rate(officer, q("wx"))
	if err != nil {
		return err
	}
	b.add(figure{name: "search in a district alone, of one in the province", ours: fmt.Sprintf("%.0f/s", crowded), bare: fmt.Sprintf("%.0f/s", alone), value: alone / crowded,
		target: 1.3, unitWord: " ×"})
	first, err := b.rate(officer, "/cadres")
	if err != nil {
		return err
	}
	fortieth, err := b.rate(officer, "/cadres?page=40")
	if err != nil {
		return err
	}
	b.add(figure{name: "page 40 of the register, of page 1", ours: inMS(connections / fortieth), bare: inMS(connections / first), value: first / fortieth, target: 1.5, unitWord: " ×"})
	return nil
}

// rate is how many pages a second all connections get.
func (b *bench) rate(v *visitor, path string) (float64, error) {
	if _, _, err := hammer(v, path, time.Second); err != nil {
		return 0, err
	}
	return median(func() (float64, error) {
		rate, _, err := hammer(v, path, 2*time.Second)
		return rate, err
	})
}

// found measures one way to find people beside its own statements: settings, count, page.
func (b *bench) found(v *visitor, name, path string) error {
	if _, _, err := hammer(v, path, time.Second); err != nil {
		return err
	}
	all, err := b.record(b.ctx, func() error { return want(http.StatusOK)(v.get(path)) })
	if err != nil {
		return err
	}
	bare := transactions(all, func(tx []string) bool { return strings.Contains(strings.Join(tx, " "), "from persons") })
	bare = slices.DeleteFunc(bare, func(s string) bool {
		return !strings.HasPrefix(s, "begin") && s != "commit" && !strings.Contains(s, "persons p")
	})
	if len(bare) < 4 {
		return fmt.Errorf("the statements were not found among %q", all)
	}
	var ours, theirs []float64
	for range 3 {
		rate, _, err := hammer(v, path, 2*time.Second)
		if err != nil {
			return err
		}
		floor, err := b.pgbench(b.ctx, bare, connections)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, rate), append(theirs, floor)
	}
	mine, floor := middle(ours), middle(theirs)
	b.add(figure{name: "search by " + name + ", 60,000 people, of pgbench's rate", ours: fmt.Sprintf("%.0f/s", mine), bare: fmt.Sprintf("%.0f/s", floor), value: mine / floor * 100,
		target: 30, atLeast: true, unitWord: " %"})
	return nil
}

// populate fills 85 more districts with units, people and posts, all synthetic: copies under another tenant.
func (b *bench) populate(tenant int64) error {
	if _, err := b.super.Exec(b.ctx, `set session_replication_role = replica`); err != nil {
		return err
	}
	defer func() { _, _ = b.super.Exec(context.WithoutCancel(b.ctx), `set session_replication_role = default`) }()
	if _, err := b.super.Exec(b.ctx, `insert into tenants (id, code, name) overriding system value
		select $1::bigint + k, lpad((200000 + k)::text, 6, '0'), '县' || k from generate_series(0, $2::int - 1) k`, int64(firstProvince), province-1); err != nil {
		return err
	}
	var here int
	if err := b.db.QueryRow(b.ctx, `select count(*) from persons where tenant_id = $1`, tenant).Scan(&here); err != nil {
		return err
	}
	each := (everybody-here)/(province-1) + 1
	some := fmt.Sprintf(" and x.%%s in (select id from persons where tenant_id = %d order by md5(id::text) limit %d)", tenant, each)
	for _, t := range []struct{ table, condition string }{{"townships", ""}, {"villages", ""}, {"persons", fmt.Sprintf(some, "id")}, {"appointments", fmt.Sprintf(some, "person_id")}} {
		if err := b.copyTable(t.table, firstProvince, province-1, tenant, t.condition); err != nil {
			return err
		}
	}
	_, err := b.super.Exec(b.ctx, `vacuum analyze`)
	return err
}
