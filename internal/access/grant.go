package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// Grant is one (role, unit) under which an account may act, with the names of the unit.
type Grant struct {
	ID           int64
	AccountID    int64
	Role         Role
	TownshipID   int64
	VillageID    int64
	TownshipName string
	VillageName  string
	DistrictName string
	Kind         string // regular, proxy, predecessor
	StartsOn     time.Time
	EndsOn       *time.Time
	Reason       string
	RevokedAt    *time.Time
}

// Running reports whether the grant can be acted under on a day.
//
// Dates come from the database as midnights of UTC; the day is one of China, so both are compared by the calendar.
func (g Grant) Running(day time.Time) bool {
	day = calendar(day)
	return g.RevokedAt == nil && !calendar(g.StartsOn).After(day) && (g.EndsOn == nil || !calendar(*g.EndsOn).Before(day))
}

// calendar is the day of a moment in its own zone, so that days of the database (UTC) and of China compare.
func calendar(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Unit is the name of the unit of the grant.
func (g Grant) Unit() string {
	switch {
	case g.VillageName != "":
		return g.TownshipName + g.VillageName
	case g.TownshipName != "":
		return g.TownshipName
	case g.DistrictName != "":
		return g.DistrictName
	}
	return "平台"
}

// KindTitle names the kind on the screen.
func (g Grant) KindTitle() string {
	switch g.Kind {
	case "proxy":
		return "代理"
	case "predecessor":
		return "原单位(只读)"
	}
	return "本职"
}

const grantColumns = `g.id, g.account_id, g.role, g.township_id, g.village_id, coalesce(t.name, '') as township_name,
	coalesce(v.name, '') as village_name, coalesce(d.name, '') as district_name, g.kind, g.starts_on, g.ends_on, g.reason, g.revoked_at`

const grantJoins = ` from grants g left join tenants d on d.id = g.tenant_id
	left join townships t on t.tenant_id = g.tenant_id and t.id = g.township_id
	left join villages v on v.tenant_id = g.tenant_id and v.id = g.village_id `

// grantsOf lists what an account may act as on a day, its regular grants first.
func (c *Core) grantsOf(ctx context.Context, tenant, account int64) ([]Grant, error) {
	s := c.System("登录", tenant)
	if tenant == 0 {
		s = c.platformIn(s, 0)
	}
	var list []Grant
	err := Read(ctx, s, func(tx *Tx) error {
		rows, err := tx.Query(ctx, `select `+grantColumns+grantJoins+`
			where g.tenant_id = @tenant and g.account_id = @account and g.starts_on <= @today and g.revoked_at is null
				and (g.ends_on is null or g.ends_on >= @today)
			order by g.kind = 'regular' desc, g.kind = 'proxy' desc, g.id`,
			pgx.StrictNamedArgs{"tenant": tenant, "account": account, "today": c.Today()})
		if err != nil {
			return err
		}
		if list, err = pgx.CollectRows(rows, pgx.RowToStructByName[Grant]); err != nil {
			return err
		}
		before, err := predecessors(ctx, tx, list, c.Today())
		list = append(list, before...)
		return err
	})
	return list, err
}

// become makes the identity of an account acting under one of its grants.
func (c *Core) become(ctx context.Context, cr credential, grants []Grant, g Grant) (identity, error) {
	id := identity{Account: cr.AccountID, Tenant: cr.TenantID, Grant: g.ID, Role: g.Role, Township: g.TownshipID,
		Village: g.VillageID, Unit: g.Unit(), District: g.DistrictName, ReadOnly: g.Kind == "predecessor",
		Several: len(grants) > 1, Epoch: cr.Epoch}
	if g.EndsOn != nil {
		id.Until = *g.EndsOn
	}
	s := c.System("登录", cr.TenantID)
	if cr.TenantID == 0 {
		s = c.platformIn(s, 0)
	}
	err := Read(ctx, s, func(tx *Tx) error {
		var person *int64
		err := tx.QueryRow(ctx, `select name, case when holder_id = 0 then id else holder_id end, person_id
			from accounts where tenant_id = $1 and id = $2 and disabled_at is null`, cr.TenantID, cr.AccountID).
			Scan(&id.Name, &id.Holder, &person)
		if err != nil {
			return err
		}
		if person != nil {
			id.Person = *person
		}
		set, err := roleSetting(ctx, tx, g.Role)
		if err != nil {
			return err
		}
		id.Idle, id.stayDays = set.IdleMinutes*60, set.StayDays
		err = tx.QueryRow(ctx, `select coalesce((select is_demo from tenants where id = $1), false)`, cr.TenantID).Scan(&id.Demo)
		if err != nil {
			return err
		}
		if g.Role.Level() == pg.Village {
			if id.Contact, err = c.contact(ctx, tx, g.TownshipID); err != nil {
				return err
			}
		}
		switch {
		case cr.MustChange || set.PasswordDays > 0 && c.Now().After(cr.PasswordChangedAt.AddDate(0, 0, set.PasswordDays)):
			id.Must = mustPassword
		case set.TOTP == "required" && !cr.TotpConfirmed:
			id.Must = mustEnrol
		}
		return nil
	})
	return id, err
}

// Setting is how sessions, passwords and the second factor work for one role.
type Setting struct {
	Role         Role
	IdleMinutes  int
	StayDays     int
	PasswordDays int
	TOTP         string `db:"totp"` // off, optional, required
	Version      int
}

func defaultSetting(r Role) Setting {
	f := roles[r]
	return Setting{Role: r, IdleMinutes: f.idle, StayDays: f.stay, TOTP: "optional"}
}

func roleSetting(ctx context.Context, tx *Tx, r Role) (Setting, error) {
	rows, err := tx.Query(ctx, `select role, idle_minutes, stay_days, password_days, totp, version from role_settings
		where tenant_id = $1 and role = $2`, tx.Tenant(), string(r))
	if err != nil {
		return Setting{}, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Setting])
	if err != nil || len(list) == 0 {
		return defaultSetting(r), err
	}
	return list[0], nil
}

// Settings lists the settings of every role below the platform, defaults where the district set none.
func Settings(ctx context.Context, tx *Tx) ([]Setting, error) {
	var out []Setting
	for _, r := range Roles()[1:] {
		s, err := roleSetting(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// SaveSetting stores the setting of one role.
func SaveSetting(ctx context.Context, tx *Tx, s Setting) error {
	tag, err := tx.Exec(ctx, `insert into role_settings as r (tenant_id, role, idle_minutes, stay_days, password_days, totp)
		values (@tenant, @role, @idle, @stay, @days, @totp)
		on conflict (tenant_id, role) do update set idle_minutes = excluded.idle_minutes, stay_days = excluded.stay_days,
			password_days = excluded.password_days, totp = excluded.totp, version = r.version + 1
		where r.version = @version`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "role": string(s.Role), "idle": s.IdleMinutes,
		"stay": s.StayDays, "days": s.PasswordDays, "totp": s.TOTP, "version": s.Version})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Stale()
	}
	tx.Audit(Line{Action: "access.setting", Object: "role_settings", Summary: "修改登录设置:" + s.Role.Title(),
		Detail: map[string]any{"idle_minutes": s.IdleMinutes, "stay_days": s.StayDays, "password_days": s.PasswordDays, "totp": s.TOTP}})
	return nil
}

// unitWithin reports whether a unit lies within the scope and is written as its own depth.
func unitWithin(s Scope, township, village int64) bool {
	switch s.settings.Level {
	case pg.Platform:
		return township == 0 && village == 0
	case pg.District:
		return true
	case pg.Township:
		return township == s.settings.Township
	case pg.Village:
		return township == s.settings.Township && village == s.settings.Village
	}
	return false
}

// contact names the clerk whom a village calls about a forgotten password.
func (c *Core) contact(ctx context.Context, tx *Tx, township int64) (string, error) {
	rows, err := tx.Query(ctx, `select a.name, a.phone from grants g
		join accounts a on a.tenant_id = g.tenant_id and a.id = g.account_id
		where g.tenant_id = @tenant and g.township_id = @township and g.role = 'township_clerk' and a.disabled_at is null
			and g.starts_on <= @today and (g.ends_on is null or g.ends_on >= @today) order by g.id limit 1`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "today": c.Today()})
	if err != nil {
		return "", err
	}
	type clerk struct {
		Name  string
		Phone []byte
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[clerk])
	if err != nil || len(list) == 0 {
		return "", err
	}
	phone, err := c.keys.Decrypt(tx.Tenant(), "account.phone", list[0].Phone)
	return "忘记密码请联系乡镇组织干事 " + list[0].Name + " " + phone, err
}
