package assessment

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// SchemeState says whether a scheme is being written, in force, or replaced.
type SchemeState string

// The states of a scheme.
const (
	SchemeDraft   SchemeState = "draft"
	SchemeEnabled SchemeState = "enabled"
	SchemeRetired SchemeState = "retired"
)

// StoredScheme is a scheme version as the table keeps it.
type StoredScheme struct {
	ID          int64
	Name        string
	EffectiveOn month.Month
	State       SchemeState
	Content     Scheme
	CopiedFrom  *int64
	CreatedBy   string
	CreatedAt   time.Time
	EnabledAt   *time.Time
	Version     int
}

const schemeColumns = `id, name, effective_on, state, content, copied_from, created_by, created_at, enabled_at, version`

// Schemes lists the versions, the newest effective month first.
func (Store) Schemes(ctx context.Context, tx *access.Tx) ([]StoredScheme, error) {
	rows, err := tx.Query(ctx, `select `+schemeColumns+` from assessment_schemes where tenant_id = @tenant
		order by effective_on desc, id desc`, pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[StoredScheme])
}

// schemeQuery narrows the list of versions.
type schemeQuery struct {
	Text  string `form:"q"`
	State string `form:"state"`
	Page  int    `form:"page"`
}

const schemeWhere = ` from assessment_schemes where tenant_id = @tenant and (@state = '' or state = @state) and (@text = '' or strpos(name, @text) > 0)`

func (q schemeQuery) args(tx *access.Tx) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "state": q.State, "text": strings.TrimSpace(q.Text)}
}

func (Store) countSchemes(ctx context.Context, tx *access.Tx, q schemeQuery) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+schemeWhere, q.args(tx)).Scan(&n)
	return n, err
}

// findSchemes reads a page of the versions, the newest effective month first; limit 0 reads all.
func (Store) findSchemes(ctx context.Context, tx *access.Tx, q schemeQuery, limit, offset int) ([]StoredScheme, error) {
	args := q.args(tx)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select `+schemeColumns+schemeWhere+` order by effective_on desc, id desc
		limit nullif(@limit::int, 0) offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[StoredScheme])
}

// Scheme reads one version.
func (Store) Scheme(ctx context.Context, tx *access.Tx, id int64) (StoredScheme, error) {
	rows, err := tx.Query(ctx, `select `+schemeColumns+` from assessment_schemes where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return StoredScheme{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[StoredScheme])
}

// SchemeFor reads the version in force for a month.
func (Store) SchemeFor(ctx context.Context, tx *access.Tx, m month.Month) (StoredScheme, error) {
	rows, err := tx.Query(ctx, `select `+schemeColumns+` from assessment_schemes where tenant_id = @tenant
		and state = 'enabled' and effective_on <= @month order by effective_on desc limit 1`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m})
	if err != nil {
		return StoredScheme{}, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[StoredScheme])
	if err != nil {
		return StoredScheme{}, err
	}
	if len(list) == 0 {
		return StoredScheme{}, fault.Conflict("%s还没有启用的考评方案,请先到“考评方案”中启用", m.Title())
	}
	return list[0], nil
}

// SchemeOfMonth reads the version that an open or closed month uses.
func (s Store) SchemeOfMonth(ctx context.Context, tx *access.Tx, m month.Month) (Scheme, error) {
	p, err := s.Period(ctx, tx, m)
	if err != nil {
		return Scheme{}, err
	}
	v, err := s.Scheme(ctx, tx, p.SchemeID)
	return v.Content, err
}

// CreateScheme stores a new draft.
func (Store) CreateScheme(ctx context.Context, tx *access.Tx, name string, from month.Month, content Scheme, copiedFrom *int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `insert into assessment_schemes (tenant_id, name, effective_on, content, copied_from, created_by, created_at)
		values (@tenant, @name, @from, @content, @copied, @by, @now) returning id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "name": name, "from": from, "content": content, "copied": copiedFrom,
			"by": tx.Scope().Name(), "now": tx.Scope().Now()}).Scan(&id)
	tx.Audit(access.Line{Action: "assessment.scheme", Object: "assessment_schemes", ID: id, Summary: "新建考评方案:" + name})
	return id, err
}

// SaveScheme changes a draft; a version in force is never changed.
func (Store) SaveScheme(ctx context.Context, tx *access.Tx, v StoredScheme) error {
	tag, err := tx.Exec(ctx, `update assessment_schemes set name = @name, effective_on = @from, content = @content, version = version + 1
		where tenant_id = @tenant and id = @id and version = @version and state = 'draft'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": v.ID, "version": v.Version, "name": v.Name, "from": v.EffectiveOn,
			"content": v.Content})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("方案刚被他人修改或已启用,没有保存。请复制为新方案,或刷新后再改")
	}
	tx.Audit(access.Line{Action: "assessment.scheme", Object: "assessment_schemes", ID: v.ID, Summary: "修改考评方案:" + v.Name})
	return nil
}

// EnableScheme puts a draft in force from its effective month on.
func (Store) EnableScheme(ctx context.Context, tx *access.Tx, id int64, version int) error {
	tag, err := tx.Exec(ctx, `update assessment_schemes set state = 'enabled', enabled_at = @now, version = version + 1
		where tenant_id = @tenant and id = @id and version = @version and state = 'draft'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "version": version, "now": tx.Scope().Now()})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("方案刚被他人修改或已启用")
	}
	tx.Audit(access.Line{Action: "assessment.scheme.enable", Object: "assessment_schemes", ID: id, Summary: "启用考评方案"})
	return nil
}
