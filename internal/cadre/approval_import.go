package cadre

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
)

// formsBatch is an upload of forms between its preview and its confirmation, compared with the register as it is now.
type formsBatch struct {
	ID        int64
	FileName  string
	State     string
	Message   string
	Run       int64
	Files     []formFile
	Villages  []org.Village
	Townships []org.Township
}

// count says how many forms are of whom.
func (b formsBatch) count() (fresh, differ, same, bad int) {
	for _, f := range b.Files {
		switch {
		case f.Problem != "":
			bad++
		case f.New():
			fresh++
		case len(f.Differences) > 0:
			differ++
		default:
			same++
		}
	}
	return fresh, differ, same, bad
}

// acceptable counts the differences that a confirmation would take over.
func (b formsBatch) acceptable() (n int) {
	for _, f := range b.Files {
		n += f.acceptable()
	}
	return n
}

// forms reads an upload of the actor's own and compares it.
func (s Store) forms(ctx context.Context, tx *access.Tx, id int64) (formsBatch, error) {
	rows, err := tx.Query(ctx, `select `+batchColumns+` from import_batches where tenant_id = @tenant and id = @id and created_by = @by and kind = 'forms'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "by": tx.Scope().Account()})
	if err != nil {
		return formsBatch{}, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Batch])
	if err != nil {
		return formsBatch{}, err
	}
	b := formsBatch{ID: row.ID, FileName: row.FileName, State: row.State, Message: row.Summary.Message, Run: row.Summary.Run}
	if len(row.Content) == 0 {
		return b, nil
	}
	plain, err := s.keys.Decrypt(tx.Tenant(), "cadre.import", row.Content)
	if err != nil {
		return b, err
	}
	if b.Files, err = unpackForms(row.FileName, []byte(plain)); err != nil {
		return b, err
	}
	if err := s.compareForms(ctx, tx, b.Files); err != nil {
		return b, err
	}
	if b.Villages, err = (org.Store{}).Villages(ctx, tx, 0, tx.Scope().Today()); err != nil {
		return b, err
	}
	if b.Townships, err = (org.Store{}).Townships(ctx, tx, tx.Scope().Today()); err != nil {
		return b, err
	}
	towns := map[int64]string{}
	for _, t := range b.Townships {
		towns[t.ID] = t.Name
	}
	for i := range b.Files {
		if f := &b.Files[i]; f.New() {
			f.Village = villageNamed(b.Villages, towns, f.Form.XianRenZhiWu)
		}
	}
	return b, nil
}

// lockForms takes an upload for an act that must happen once.
func (s Store) lockForms(ctx context.Context, tx *access.Tx, id int64, state string) (formsBatch, error) {
	var now string
	err := tx.QueryRow(ctx, `select state from import_batches where tenant_id = @tenant and id = @id and created_by = @by and kind = 'forms' for update`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "by": tx.Scope().Account()}).Scan(&now)
	if err != nil {
		return formsBatch{}, err
	}
	if now != state {
		return formsBatch{}, settled(now)
	}
	return s.forms(ctx, tx, id)
}

// place finds the villages that were typed for the new people, or named by their keys: by the number of the form. The
// second result are sentences by the same number. A key outside the scope is a missing row.
func (b formsBatch) place(typed map[int]string) (map[int]org.Village, map[int]string, error) {
	found, wrong := map[int]org.Village{}, map[int]string{}
	names := newPlaces(b.Villages, b.Townships)
	for i, f := range b.Files {
		if !f.New() {
			continue
		}
		text, given := typed[i]
		if text = strings.TrimSpace(text); !given && f.Village.ID != 0 {
			found[i] = f.Village
			continue
		}
		if text == "" {
			wrong[i] = "请填写所在村(社区)"
			continue
		}
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			at := slices.IndexFunc(b.Villages, func(v org.Village) bool { return v.ID == id })
			if at < 0 {
				return nil, nil, fault.NotFound()
			}
			found[i] = b.Villages[at]
			continue
		}
		v, err := names.find("", text)
		if err != nil {
			wrong[i] = fault.Of(err).Sentence
			continue
		}
		found[i] = v
	}
	return found, wrong, nil
}

// formsAtOnce is how many forms are written by one set of statements.
const formsAtOnce = 100

// importForms writes everything that an upload says and the register may take over, all or nothing.
func (s Store) importForms(ctx context.Context, tx *access.Tx, b formsBatch, villages map[int]org.Village, progress func(done int) error) (string, error) {
	if _, _, _, bad := b.count(); bad > 0 {
		return "", fault.Conflict("文件中仍有问题,没有导入任何一份。请返回查看,修改后重新上传")
	}
	var sum imported
	for from := 0; from < len(b.Files); from += formsAtOnce {
		until := min(from+formsAtOnce, len(b.Files))
		if err := s.importSome(ctx, tx, b.Files[from:until], func(i int) org.Village { return villages[from+i] }, &sum); err != nil {
			return "", err
		}
		if progress != nil {
			if err := progress(until); err != nil {
				return "", err
			}
		}
	}
	tx.Audit(access.Line{Action: "cadre.forms.import", Object: "persons", Summary: "导入任免审批表:" + sum.String(), Detail: map[string]any{"files": len(b.Files)}})
	return sum.String(), nil
}

// imported says what an import did.
type imported struct{ added, changed, taken, photos int }

func (n imported) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{{n.added, fmt.Sprintf("新增%d人", n.added)}, {n.changed, fmt.Sprintf("更新%d人(%d处)", n.changed, n.taken)},
		{n.photos, fmt.Sprintf("%d张照片不能使用,没有采用", n.photos)}} {
		if p.n > 0 {
			parts = append(parts, p.text)
		}
	}
	return "导入完成:" + strings.Join(parts, ",")
}

func (s Store) importSome(ctx context.Context, tx *access.Tx, files []formFile, village func(i int) org.Village, sum *imported) error {
	var people []*intent
	var changes []*fileChange
	fresh := map[*intent]*fileChange{}
	for i, f := range files {
		if !f.New() {
			if c, n := f.accepted(tx, "*"); n > 0 {
				changes = append(changes, c)
				sum.changed, sum.taken = sum.changed+1, sum.taken+n
			}
			continue
		}
		a := fileOf(f.Form)
		in := &intent{line: line{Name: a.Name, ID: f.Card, Ethnic: a.Ethnic, Political: a.Political, Joined: a.PartyJoin, Education: a.Person.Education,
			Details: a.Details}, Village: village(i), Index: IDIndex(s.keys, tx.Tenant(), f.Card.Number)}
		c := newFile(a)
		people, changes, fresh[in] = append(people, in), append(changes, c), c
	}
	if err := insertPeople(ctx, tx, s.keys, people); err != nil {
		return err
	}
	for _, in := range people {
		fresh[in].person = in.id
		tx.Audit(access.Line{Action: "cadre.create", Object: "persons", ID: in.id, Person: in.id, Summary: "新增干部 " + in.Name})
	}
	sum.added += len(people)
	for _, c := range changes {
		switch err := c.draw(); {
		case fault.Is(err, fault.KindInvalid): // only the whole picture tells that it is damaged
			c.picture = nil
			sum.photos++
		case err != nil:
			return err
		}
	}
	return s.writeChanges(ctx, tx, changes)
}

// accepted gathers what one form says of one matter, or of all that can be taken over, and notes it in the trail.
func (f formFile) accepted(tx *access.Tx, element string) (*fileChange, int) {
	c := f.change
	detail := map[string]any{}
	var titles []string
	for _, d := range f.Differences {
		if !d.Acceptable() || element != "*" && element != d.Element {
			continue
		}
		d.accept(&c)
		if !slices.Contains(titles, d.Title) {
			titles = append(titles, d.Title)
		}
		if d.Private {
			detail[d.Element] = "(不记录)"
		} else {
			detail[d.Element] = map[string]string{"before": d.Theirs, "after": d.Yours}
		}
	}
	if len(detail) > 0 {
		tx.Audit(access.Line{Action: "cadre.forms.accept", Object: "persons", ID: f.Person, Person: f.Person,
			Summary: "按任免审批表更新" + f.PersonName + "的" + strings.Join(titles, "、"), Detail: detail})
	}
	return &c, len(detail)
}

// accept takes over one difference, or all of one form.
func (s Store) accept(ctx context.Context, tx *access.Tx, f formFile, element string) (int, error) {
	c, n := f.accepted(tx, element)
	if n == 0 {
		return 0, nil
	}
	if err := c.draw(); err != nil {
		return 0, err
	}
	return n, s.writeChanges(ctx, tx, []*fileChange{c})
}
