package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// StoredProposal is a deduction that another module proposed and nobody has decided on. RowID is 0 where the person is
// not on the sheet.
type StoredProposal struct {
	ID         int64
	RowID      int64
	PersonID   int64
	PersonName string
	Dimension  string
	Item       string
	Points     points.Points
	Clause     string
	Reason     string
}

// proposals reads what was proposed into a sheet and stands open, the oldest first. lock holds them until the
// transaction ends.
func (Store) proposals(ctx context.Context, tx *access.Tx, sheet Sheet, lock bool) ([]StoredProposal, error) {
	sql := `select p.id, coalesce(r.id, 0) as row_id, p.person_id, coalesce(r.person_name, '') as person_name, p.dimension, p.item,
			p.points, p.clause, p.reason
		from assessment_proposals p left join assessment_rows r on r.tenant_id = p.tenant_id and r.township_id = p.township_id
			and r.month = p.month and r.person_id = p.person_id and r.removed_at is null
		where p.tenant_id = @tenant and p.township_id = @township and p.month = @month and p.state = 'open' order by p.id`
	if lock {
		sql += ` for update of p`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "month": sheet.Month})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[StoredProposal])
}

// countProposals counts what stands open on a sheet.
func (Store) countProposals(ctx context.Context, tx *access.Tx, sheet Sheet) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from assessment_proposals p join assessment_rows r on r.tenant_id = p.tenant_id
			and r.township_id = p.township_id and r.month = p.month and r.person_id = p.person_id and r.removed_at is null
		where p.tenant_id = @tenant and p.township_id = @township and p.month = @month and p.state = 'open'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "month": sheet.Month}).Scan(&n)
	return n, err
}

// propose stores a proposal once; false if it was made before. The unit is that of the village where it happened.
func (Store) propose(ctx context.Context, tx *access.Tx, at month.Month, village, person int64, origin string, item Item, reason string) (bool, error) {
	var township int64
	var published bool
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": village, "month": at}
	err := tx.QueryRow(ctx, `select v.township_id, coalesce(s.published_at is not null, false) from villages v
			left join assessment_sheets s on s.tenant_id = v.tenant_id and s.township_id = v.township_id and s.month = @month
		where v.tenant_id = @tenant and v.id = @village`, args).Scan(&township, &published)
	if err != nil {
		return false, err
	}
	if published {
		return false, fault.Conflict("%s的考评结果已公示,不能再提出扣分;确需更正的,请按异议或更正办理", at.Title())
	}
	tag, err := tx.Exec(ctx, `insert into assessment_proposals (tenant_id, township_id, village_id, month, person_id, origin, dimension,
			item, points, clause, reason, created_at)
		values (@tenant, @township, @village, @month, @person, @origin, @dimension, @item, @points, @clause, @reason, @now)
		on conflict (tenant_id, month, person_id, origin) do nothing`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": township, "village": village, "month": at, "person": person, "origin": origin, "dimension": item.Dimension,
		"item": item.Code, "points": -item.UnitPoints, "clause": item.Clause, "reason": reason, "now": tx.Scope().Now()})
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	tx.Audit(access.Line{Action: "assessment.propose", Object: "assessment_proposals", Person: person,
		Summary: "提出" + at.Title() + "拟扣分:" + item.Title, Reason: reason})
	return true, nil
}

// decideProposal closes an open proposal.
func (Store) decideProposal(ctx context.Context, tx *access.Tx, sheet Sheet, id int64, state, reason string) error {
	_, err := tx.Exec(ctx, `update assessment_proposals set state = @state, decided_by = @by, decided_at = @now, decision_reason = @reason
		where tenant_id = @tenant and township_id = @township and id = @id and state = 'open'`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": sheet.TownshipID, "id": id, "state": state, "by": tx.Scope().Name(), "now": tx.Scope().Now(), "reason": reason})
	return err
}

// decidedProposal reports whether a proposal of the sheet was decided already.
func (Store) decidedProposal(ctx context.Context, tx *access.Tx, sheet Sheet, id int64) (done bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from assessment_proposals where tenant_id = @tenant and township_id = @township
		and month = @month and id = @id and state <> 'open')`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID,
		"month": sheet.Month, "id": id}).Scan(&done)
	return done, err
}

// withdrawProposal closes what was proposed under an origin and stands open; true if it was confirmed and stays.
func (Store) withdrawProposal(ctx context.Context, tx *access.Tx, origin, reason string) (stands bool, err error) {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "origin": origin}
	if err := tx.QueryRow(ctx, `select exists (select from assessment_proposals where tenant_id = @tenant and origin = @origin
		and state = 'confirmed')`, args).Scan(&stands); err != nil || stands {
		return stands, err
	}
	args["by"], args["now"], args["reason"] = tx.Scope().Name(), tx.Scope().Now(), reason
	tag, err := tx.Exec(ctx, `update assessment_proposals set state = 'refused', decided_by = @by, decided_at = @now, decision_reason = @reason
		where tenant_id = @tenant and origin = @origin and state = 'open'`, args)
	if err == nil && tag.RowsAffected() > 0 {
		tx.Audit(access.Line{Action: "assessment.withdraw_proposal", Object: "assessment_proposals", Summary: "撤回拟扣分", Reason: reason,
			Detail: map[string]any{"origin": origin}})
	}
	return false, err
}

// fates says in words what became of proposals, by origin.
func (Store) fates(ctx context.Context, tx *access.Tx, origins []string) (map[string]string, error) {
	rows, err := tx.Query(ctx, `select origin, state, points, decision_reason from assessment_proposals
		where tenant_id = @tenant and origin = any(@origins)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "origins": origins})
	if err != nil {
		return nil, err
	}
	words := make(map[string]string, len(origins))
	var origin, state, reason string
	var p points.Points
	_, err = pgx.ForEachRow(rows, []any{&origin, &state, &p, &reason}, func() error {
		switch state {
		case proposalConfirmed:
			words[origin] = "已确认扣" + (-p).String() + "分"
		case proposalRefused:
			words[origin] = "不予扣分:" + reason
		default:
			words[origin] = "待确认"
		}
		return nil
	})
	return words, err
}
