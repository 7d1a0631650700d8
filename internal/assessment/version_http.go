package assessment

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/money"
	"touyan/internal/platform/points"
)

// version is a row's result in one publication: 第1版, 第2版.
type version struct {
	Number        int
	Kind          PublicationKind
	CorrectedFor  string // the reason of the correction
	PublishedBy   string
	PublishedAt   time.Time
	PersonName    string
	VillageName   string
	PositionTitle string
	Total         points.Points
	Normalised    points.Points
	Grade         string
	QuotaCapped   bool
	NoGrade       string
	Deductions    []Deduction
	AmountFen     *money.Fen
	Rule          string
	InForce       bool
}

// versions reads every published version of a row, the newest first.
func (Store) versions(ctx context.Context, tx *access.Tx, row int64) ([]version, error) {
	rows, err := tx.Query(ctx, `select p.number, p.kind, p.reason as corrected_for, p.published_by, p.published_at, r.person_name,
			r.village_name, r.position_title, r.total, r.normalised, r.grade, r.quota_capped, r.no_grade, r.deductions, r.amount_fen,
			r.rule, r.replaced_by is null as in_force
		from assessment_results r join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id
		where r.tenant_id = @tenant and p.tenant_id = @tenant and r.row_id = @row order by p.number desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "row": row})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[version])
}

type versionProps struct {
	Row      Row
	Sheet    Sheet
	Versions []version
	Pay      bool
}

func resultPath(row int64) string { return "/assessment/results/" + strconv.FormatInt(row, 10) }

// showVersions shows every version of a result, with the deductions behind the score.
func (m *Module) showVersions(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := versionProps{Pay: s.Can(PermPay)}
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Row, err = m.Store.anyRow(r.Context(), tx, id); err != nil {
			return err
		}
		if p.Sheet, err = m.Store.Sheet(r.Context(), tx, p.Row.SheetID, false); err != nil {
			return err
		}
		p.Versions, err = m.Store.versions(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: p.Row.PersonName + p.Row.Month.Title() + "考评结果", AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: sheetCrumbs(p.Sheet, true)}, versionsPage(p))
}

// anyRow reads a row even if it has left its sheet: its versions stay.
func (Store) anyRow(ctx context.Context, tx *access.Tx, id int64) (Row, error) {
	rows, err := tx.Query(ctx, `select `+rowColumns+` from assessment_rows where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Row{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Row])
}
