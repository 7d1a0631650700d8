package org

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/workday"
)

// Store is all SQL of the tables that org owns.
type Store struct{}

// ListDistricts lists the tenants that the scope sees: all for the platform, one's own otherwise.
func (Store) ListDistricts(ctx context.Context, tx *access.Tx) ([]District, error) {
	rows, err := tx.Query(ctx, `select id, code, name, is_demo from tenants order by code`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[District])
}

// districtFilter narrows the platform's list of districts.
type districtFilter struct {
	Text string `form:"q"`
	Page int    `form:"page"`
}

const districtWhere = ` from tenants where @text = '' or strpos(name, @text) > 0 or starts_with(code, @text)`

func (f districtFilter) args() pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"text": strings.TrimSpace(f.Text)}
}

func (Store) countDistricts(ctx context.Context, tx *access.Tx, f districtFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+districtWhere, f.args()).Scan(&n)
	return n, err
}

// findDistricts reads a page of the tenants that the scope sees; limit 0 reads all.
func (Store) findDistricts(ctx context.Context, tx *access.Tx, f districtFilter, limit, offset int) ([]District, error) {
	args := f.args()
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select id, code, name, is_demo`+districtWhere+` order by code limit nullif(@limit::int, 0) offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[District])
}

// DistrictByCode finds a tenant by its 6-digit code.
func (Store) DistrictByCode(ctx context.Context, tx *access.Tx, code string) (District, error) {
	rows, err := tx.Query(ctx, `select id, code, name, is_demo from tenants where code = $1`, code)
	if err != nil {
		return District{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[District])
}

// CreateDistrict makes a tenant.
func (Store) CreateDistrict(ctx context.Context, tx *access.Tx, code, name string, demo bool) (District, error) {
	rows, err := tx.Query(ctx, `insert into tenants (code, name, is_demo) values ($1, $2, $3)
		returning id, code, name, is_demo`, code, name, demo)
	if err != nil {
		return District{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[District])
}

// Townships lists the townships in scope that exist on a day, with their number of villages.
func (Store) Townships(ctx context.Context, tx *access.Tx, on time.Time) ([]Township, error) {
	rows, err := tx.Query(ctx, `select t.id, t.code, t.name, t.kind, t.valid_from, t.valid_to,
			(select count(*) from villages v where v.tenant_id = t.tenant_id and v.township_id = t.id
				and v.valid_from <= @on and (v.valid_to is null or v.valid_to > @on))::int as villages
		from townships t where t.tenant_id = @tenant and t.valid_from <= @on and (t.valid_to is null or t.valid_to > @on)
		order by t.code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "on": on})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Township])
}

// Township reads one township in scope.
func (Store) Township(ctx context.Context, tx *access.Tx, id int64) (Township, error) {
	rows, err := tx.Query(ctx, `select id, code, name, kind, valid_from, valid_to, 0 as villages from townships
		where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Township{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Township])
}

// Villages lists the villages in scope that exist on a day, of one township or (0) of all.
func (Store) Villages(ctx context.Context, tx *access.Tx, township int64, on time.Time) ([]Village, error) {
	rows, err := tx.Query(ctx, `select id, township_id, code, name, kind, valid_from, valid_to from villages
		where tenant_id = @tenant and (@township = 0 or township_id = @township)
			and valid_from <= @on and (valid_to is null or valid_to > @on)
		order by code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "on": on})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Village])
}

// VillageFilter narrows the list of villages. Zero values do not narrow.
type VillageFilter struct {
	Township int64  `form:"township"`
	Kind     string `form:"kind"`
	Text     string `form:"q"` // name or the beginning of the code
	Page     int    `form:"page"`
}

const villageWhere = ` from villages where tenant_id = @tenant and (@township = 0 or township_id = @township) and (@kind = '' or kind = @kind)
	and (@text = '' or name like '%' || @text || '%' or official_name like '%' || @text || '%' or starts_with(code, @text))
	and valid_from <= @on and (valid_to is null or valid_to > @on)`

func villageArgs(tx *access.Tx, f VillageFilter, on time.Time) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": f.Township, "kind": f.Kind, "text": f.Text, "on": on}
}

// FindVillages lists the villages in scope that a filter leaves; limit 0 lists all.
func (Store) FindVillages(ctx context.Context, tx *access.Tx, f VillageFilter, on time.Time, limit, offset int) ([]Village, error) {
	args := villageArgs(tx, f, on)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select id, township_id, code, name, kind, valid_from, valid_to`+villageWhere+`
		order by code limit nullif(@limit, 0) offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Village])
}

// CountVillages counts what FindVillages would list in all.
func (Store) CountVillages(ctx context.Context, tx *access.Tx, f VillageFilter, on time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+villageWhere, villageArgs(tx, f, on)).Scan(&n)
	return n, err
}

// Village reads one village in scope.
func (Store) Village(ctx context.Context, tx *access.Tx, id int64) (Village, error) {
	rows, err := tx.Query(ctx, `select id, township_id, code, name, kind, valid_from, valid_to from villages
		where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Village{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Village])
}

// VillageCount counts the villages of the scope, for the start list of an empty district.
func (Store) VillageCount(ctx context.Context, tx *access.Tx) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from villages where tenant_id = $1 and valid_to is null`, tx.Tenant()).Scan(&n)
	return n, err
}

// Imported says what an import of divisions did.
type Imported struct {
	Townships, Villages int      // in the file
	Added               []string // units that are new
	Renamed             []string // 旧名 → 新名
	Missing             []string // units of the district that the file does not have; they stay
}

// Import brings the tree to the state of a division file. It is idempotent, renames in place, and never removes a unit:
// a merged village is closed by its successor on the page, not by its absence from a file.
func (s Store) Import(ctx context.Context, tx *access.Tx, divisions []Division) (Imported, error) {
	var done Imported
	if tx.Tenant() == 0 {
		return done, fault.Invalid("请先选择区县")
	}
	type unit struct {
		ID           int64
		Code         string
		OfficialName string
		Name         string
		UrbanRural   string
		TownshipID   int64
		seen         bool
	}
	load := func(sql string) (map[string]*unit, error) {
		rows, err := tx.Query(ctx, sql, tx.Tenant())
		if err != nil {
			return nil, err
		}
		list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (*unit, error) {
			u := &unit{}
			return u, r.Scan(&u.ID, &u.Code, &u.OfficialName, &u.Name, &u.UrbanRural, &u.TownshipID)
		})
		m := make(map[string]*unit, len(list))
		for _, u := range list {
			m[u.Code] = u
		}
		return m, err
	}
	towns, err := load(`select id, code, official_name, name, '', id from townships where tenant_id = $1 and valid_to is null`)
	if err != nil {
		return done, err
	}
	villages, err := load(`select id, code, official_name, name, urban_rural_code, township_id from villages where tenant_id = $1 and valid_to is null`)
	if err != nil {
		return done, err
	}
	b := &pgx.Batch{}
	newTowns := map[string]bool{}
	for _, d := range divisions {
		t, ok := towns[d.TownshipCode]
		switch {
		case !ok && !newTowns[d.TownshipCode]:
			newTowns[d.TownshipCode] = true
			done.Added = append(done.Added, d.TownshipName)
			b.Queue(`insert into townships (tenant_id, code, name, official_name, kind) values ($1, $2, $3, $3, $4)`,
				tx.Tenant(), d.TownshipCode, d.TownshipName, TownshipKind(d.TownshipCode))
		case ok && !t.seen:
			t.seen = true
			if t.OfficialName != d.TownshipName {
				done.Renamed = append(done.Renamed, t.Name+" → "+d.TownshipName)
				b.Queue(`update townships set name = $3, official_name = $3 where tenant_id = $1 and id = $2`,
					tx.Tenant(), t.ID, d.TownshipName)
			}
		}
	}
	done.Townships = len(newTowns)
	for _, t := range towns {
		if t.seen {
			done.Townships++
		}
	}
	for _, d := range divisions {
		kind := VillageKind(d.Code, d.OfficialName)
		name := ShortName(d.OfficialName, kind)
		v, ok := villages[d.Code]
		if !ok {
			done.Added = append(done.Added, d.TownshipName+name)
			b.Queue(`insert into villages (tenant_id, township_id, code, name, official_name, kind, urban_rural_code)
				select $1, id, $3, $4, $5, $6, $7 from townships where tenant_id = $1 and code = $2 and valid_to is null`,
				tx.Tenant(), d.TownshipCode, d.Code, name, d.OfficialName, kind, d.UrbanRural)
			continue
		}
		v.seen = true
		if v.OfficialName != d.OfficialName || v.UrbanRural != d.UrbanRural {
			if v.Name != name {
				done.Renamed = append(done.Renamed, d.TownshipName+v.Name+" → "+name)
			}
			b.Queue(`update villages set name = $3, official_name = $4, urban_rural_code = $5 where tenant_id = $1 and id = $2`,
				tx.Tenant(), v.ID, name, d.OfficialName, d.UrbanRural)
		}
	}
	done.Villages = len(divisions)
	for _, u := range towns {
		if !u.seen {
			done.Missing = append(done.Missing, u.Name)
		}
	}
	for _, u := range villages {
		if !u.seen {
			done.Missing = append(done.Missing, u.Name)
		}
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return done, fmt.Errorf("import divisions: %w", err)
	}
	tx.Audit(access.Line{Action: "org.import", Object: "villages", Summary: fmt.Sprintf("导入区划:%d个乡镇、%d个村(社区)", done.Townships, done.Villages),
		Detail: map[string]any{"added": len(done.Added), "renamed": done.Renamed, "missing": len(done.Missing)}})
	return done, nil
}

// Calendar is the working-day calendar of the scope's district: the embedded years, overridden by those it loaded.
func (Store) Calendar(ctx context.Context, tx *access.Tx) (*workday.Calendar, error) {
	rows, err := tx.Query(ctx, `select year, days from holiday_years where tenant_id = $1`, tx.Tenant())
	if err != nil {
		return nil, err
	}
	years, err := pgx.CollectRows(rows, pgx.RowToStructByPos[loadedYear])
	if err != nil {
		return nil, err
	}
	cal := workday.Embedded()
	for _, y := range years {
		cal = cal.With(workday.Year{Year: y.Year, Days: y.Days})
	}
	return cal, nil
}

type loadedYear struct {
	Year int
	Days []workday.Day
}

// LoadHolidays stores a year's arrangement over the one that the program carries.
func (Store) LoadHolidays(ctx context.Context, tx *access.Tx, y workday.Year, source string) error {
	_, err := tx.Exec(ctx, `insert into holiday_years (tenant_id, year, days, source, loaded_at, loaded_by)
		values (@tenant, @year, @days, @source, @now, @by)
		on conflict (tenant_id, year) do update set days = excluded.days, source = excluded.source,
			loaded_at = excluded.loaded_at, loaded_by = excluded.loaded_by`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "year": y.Year, "days": y.Days, "source": source, "now": tx.Scope().Now(),
			"by": tx.Scope().Name()})
	tx.Audit(access.Line{Action: "org.holidays", Object: "holiday_years", ID: int64(y.Year), Summary: fmt.Sprintf("装入%d年节假日安排", y.Year)})
	return err
}
