package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// personResult is one month of a person, with the names of the time.
type personResult struct {
	RowID         int64
	Month         month.Month
	TownshipID    int64
	TownshipName  string
	VillageName   string
	PositionTitle string
	Total         points.Points
	Normalised    points.Points
	Grade         string
	NoGrade       string
	AmountFen     *money.Fen
	Number        int
	State         SheetState
}

type personPanelProps struct {
	List    []personResult
	Average points.Points
	Pay     bool
	Link    bool  // the versions of a result can be opened
	Own     int64 // only of this township; 0: of all
}

func (p personPanelProps) link(r personResult) bool {
	return p.Link && (p.Own == 0 || p.Own == r.TownshipID)
}

// PersonPanel shows, on a person's page, the last twelve months' results that the transaction may see: those of the own
// unit, and those of other units where it was opened by access.ForPerson.
func (m *Module) PersonPanel(ctx context.Context, tx *access.Tx, person int64) (access.Panel, error) {
	rows, err := tx.Query(ctx, `select r.row_id, r.month, r.township_id, s.township_name, r.village_name, r.position_title, r.total, r.normalised, r.grade,
			r.no_grade, r.amount_fen, p.number, s.state
		from assessment_results r join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id
			join assessment_sheets s on s.tenant_id = p.tenant_id and s.id = p.sheet_id
		where r.tenant_id = @tenant and r.person_id = @person and r.replaced_by is null order by r.month desc limit 12`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person})
	if err != nil {
		return access.Panel{}, err
	}
	p := personPanelProps{Pay: tx.Scope().Can(PermPay), Link: tx.Scope().Can(PermRead), Own: tx.Scope().Township()}
	if p.List, err = pgx.CollectRows(rows, pgx.RowToStructByName[personResult]); err != nil {
		return access.Panel{}, err
	}
	var scores []points.Points
	for _, r := range p.List {
		scores = append(scores, r.Normalised)
	}
	p.Average, _ = points.Average(scores) // over schemes of different full marks: normalised
	return access.Panel{Title: "月考评", Body: personPanel(p)}, nil
}
