package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// lrmx: the forms of all paid cadres as a zip, each with a photo, and how much memory that takes beside a quarter of them.
func (b *bench) lrmx() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	// A photo of some 60 KB that does not shrink, as a camera's would not.
	const photos = `insert into photos (tenant_id, township_id, village_id, person_id, jpeg, digest, uploaded_at)
		select p.tenant_id, p.township_id, p.village_id, p.id, '\xffd8ff'::bytea || decode((select string_agg(md5(p.id || '.' || n), '') from generate_series(1, 3750) n), 'hex'),
			'bench', now()
		from persons p where exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id and a.is_paid and upper_inf(a.during))
		on conflict do nothing`
	if _, err := b.db.Exec(b.ctx, photos); err != nil {
		return err
	}
	defer func() { _, _ = b.db.Exec(context.WithoutCancel(b.ctx), `delete from photos where digest = 'bench'`) }()
	part, err := b.quarter()
	if err != nil {
		return err
	}
	few, small, err := b.formsPeak(officer, part)
	if err != nil {
		return err
	}
	all, large, err := b.formsPeak(officer, url.Values{"kind": {"paid"}})
	if err != nil {
		return err
	}
	b.add(figure{name: fmt.Sprintf("memory of %d forms with photos, of %d", all, few), ours: fmt.Sprintf("%.0f MB", large), bare: fmt.Sprintf("%.0f MB", small),
		value: large / small, target: 1.5, unitWord: " ×"})
	return nil
}

// quarter is the filter of townships with about a quarter of the paid cadres.
func (b *bench) quarter() (url.Values, error) {
	rows, err := b.db.Query(b.ctx, `select township_id from (select p.township_id, sum(count(*)) over (order by p.township_id) as upto, sum(count(*)) over () as of
			from persons p where p.tenant_id = (select id from tenants where code = '621202')
				and exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id and a.is_paid and upper_inf(a.during))
			group by p.township_id) t where upto <= of / 4`)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	filter := url.Values{"kind": {"paid"}}
	for _, id := range ids {
		filter.Add("township", strconv.FormatInt(id, 10))
	}
	return filter, err
}

// formsPeak exports the forms of a filter and gives their number and the server's highest memory meanwhile.
func (b *bench) formsPeak(v *visitor, filter url.Values) (forms int, peak float64, err error) {
	if b.server != nil {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", b.server.Process.Pid), []byte("5"), 0); err != nil {
			return 0, 0, err
		}
	}
	status, location, body, err := v.post("/cadres/forms/export", url.Values{"purpose": {"测算"}, "query": {filter.Encode()}})
	if err == nil && status == http.StatusSeeOther {
		if err := b.finish(location); err != nil {
			return 0, 0, err
		}
		status, _, body, err = v.get(location + "/file")
	}
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("export of forms: %d %.300s", status, body)
	}
	if err != nil {
		return 0, 0, err
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return 0, 0, err
	}
	peak, err = b.memory("VmHWM")
	return len(z.File), peak, err
}
