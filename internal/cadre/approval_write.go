package cadre

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image/jpeg"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/portrait"
)

// approvalWriter writes into one file what a form says.
type approvalWriter struct {
	ctx    context.Context
	tx     *access.Tx
	person int64
	name   string
	words  *approvalWords // as they stand, so that one after another can be set
}

// approvalPatch are columns of the file; nil leaves one as it is.
type approvalPatch struct {
	Ethnic, NativePlace, BirthPlace, TechnicalPost, Specialty, Health, Political *string
	WorkStart, PartyJoin                                                         *time.Time
}

func patchOf(p approvalPatch) func(w *approvalWriter) error {
	return func(w *approvalWriter) error {
		return w.exec(`update persons set ethnic = coalesce(@ethnic, ethnic), native_place = coalesce(@native, native_place),
				birth_place = coalesce(@birth_place, birth_place), technical_post = coalesce(@technical, technical_post),
				specialty = coalesce(@specialty, specialty), health = coalesce(@health, health), political = coalesce(@political, political),
				work_start_date = coalesce(@work_start, work_start_date), party_join_date = coalesce(party_join_date, @party_join),
				updated_at = @now, version = version + 1
			where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null`, pgx.StrictNamedArgs{"ethnic": p.Ethnic,
			"native": p.NativePlace, "birth_place": p.BirthPlace, "technical": p.TechnicalPost, "specialty": p.Specialty, "health": p.Health,
			"political": p.Political, "work_start": p.WorkStart, "party_join": p.PartyJoin, "now": w.tx.Scope().Now()})
	}
}

// exec runs a statement on the file, which must still be there.
func (w *approvalWriter) exec(sql string, args pgx.StrictNamedArgs) error {
	args["tenant"], args["person"] = w.tx.Tenant(), w.person
	tag, err := w.tx.Exec(w.ctx, sql, args)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("这份档案刚被他人修改,请刷新后再试")
	}
	return nil
}

func (w *approvalWriter) addSchooling(e schooling) error {
	return w.exec(sectionSQL["education"].insert, pgx.StrictNamedArgs{"mode": e.Mode, "level": e.Level, "degree": e.Degree, "school": e.School,
		"degree_school": e.DegreeSchool, "finished_on": e.FinishedOn})
}

// setSchooling changes the texts of the record that the form shows; an empty one stays.
func (w *approvalWriter) setSchooling(was, to schooling) error {
	return w.exec(`update education_records set degree = coalesce(nullif(@degree, ''), degree), school = coalesce(nullif(@school, ''), school),
			major = case when @school = '' then major else '' end, degree_school = coalesce(nullif(@degree_school, ''), degree_school),
			version = version + 1
		where tenant_id = @tenant and person_id = @person and id = @id`, pgx.StrictNamedArgs{"degree": to.Degree, "school": to.School,
		"degree_school": to.DegreeSchool, "id": was.ID})
}

func (w *approvalWriter) addStage(s stage) error {
	return w.exec(sectionSQL["resume"].insert, pgx.StrictNamedArgs{"from_on": s.FromOn, "to_on": s.ToOn, "kind": s.Kind, "body": s.Body})
}

// setResume puts the form's résumé in the place of the register's.
func (w *approvalWriter) setResume(list []stage) error {
	_, err := w.tx.Exec(w.ctx, `delete from resume_entries where tenant_id = @tenant and person_id = @person`,
		pgx.StrictNamedArgs{"tenant": w.tx.Tenant(), "person": w.person})
	for _, s := range list {
		if err == nil {
			err = w.addStage(s)
		}
	}
	return err
}

func (w *approvalWriter) addHonours(list []honour) error {
	for _, h := range list {
		err := w.exec(sectionSQL["awards"].insert, pgx.StrictNamedArgs{"kind": h.Kind, "title": h.Title, "level": h.Level, "issuer": h.Issuer,
			"awarded_on": h.AwardedOn, "doc_no": h.DocNo, "reason": h.Reason})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *approvalWriter) addGrades(list []yearGrade) error {
	for _, g := range list {
		if err := w.exec(sectionSQL["grades"].insert, pgx.StrictNamedArgs{"year": g.Year, "grade": g.Grade, "doc_no": "", "note": ""}); err != nil {
			return err
		}
	}
	return nil
}

func relativeArgs(r relative) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"relation": r.Relation, "name": r.Name, "birth_month": r.BirthMonth, "political": r.Political, "employer_post": r.EmployerPost}
}

func (w *approvalWriter) addRelative(r relative) error {
	return w.exec(sectionSQL["family"].insert, relativeArgs(r))
}

func (w *approvalWriter) setRelative(id int64, r relative) error {
	args := relativeArgs(r)
	args["id"] = id
	return w.exec(`update family_members set relation = @relation, name = @name, birth_month = coalesce(@birth_month, birth_month),
			political = @political, employer_post = @employer_post, version = version + 1
		where tenant_id = @tenant and person_id = @person and id = @id`, args)
}

// keptPhoto gives the photo of a form as the register keeps it: as it is where it came from a register, else drawn anew.
func keptPhoto(picture []byte) (kept []byte, err error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(picture))
	if err == nil && c.Width == portrait.Width && c.Height == portrait.Height && len(picture) < 1<<20 && !bytes.Contains(picture, []byte("Exif\x00")) {
		return picture, nil
	}
	return portrait.Make(picture, portrait.Head)
}

func (w *approvalWriter) setPhoto(picture []byte) error {
	kept, err := keptPhoto(picture)
	if err != nil {
		return err
	}
	if err := (Store{}).setPhoto(w.ctx, w.tx, Person{ID: w.person, Name: w.name}, kept); err != nil {
		return err
	}
	if bytes.Equal(kept, picture) {
		return nil
	}
	return w.setWords(func(a *approvalWords) { a.Extra.Photo = hashOf(picture) })
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// setWords changes what the form says beyond the file.
func (w *approvalWriter) setWords(to func(*approvalWords)) error {
	to(w.words)
	f := w.words
	extra, err := json.Marshal(f.Extra)
	if err != nil {
		return err
	}
	return w.exec(`insert into appointment_forms (tenant_id, township_id, village_id, person_id, next_post, end_post, reason, reporting_unit,
			filled_by, filled_on, age_on, reform_limit, due_month, extra)
		select tenant_id, township_id, village_id, id, @next, @end, @reason, @unit, @by, @filled, @age, @reform, @due, @extra::jsonb
		from persons where tenant_id = @tenant and id = @person
		on conflict (tenant_id, person_id) do update set next_post = excluded.next_post, end_post = excluded.end_post, reason = excluded.reason,
			reporting_unit = excluded.reporting_unit, filled_by = excluded.filled_by, filled_on = excluded.filled_on, age_on = excluded.age_on,
			reform_limit = excluded.reform_limit, due_month = excluded.due_month, extra = excluded.extra, version = appointment_forms.version + 1`,
		pgx.StrictNamedArgs{"next": f.NextPost, "end": f.EndPost, "reason": f.Reason, "unit": f.ReportingUnit, "by": f.FilledBy, "filled": f.FilledOn,
			"age": f.AgeOn, "reform": f.ReformLimit, "due": f.DueMonth, "extra": string(extra)})
}

// createFrom makes the file of a new person from his form.
func (s Store) createFrom(ctx context.Context, tx *access.Tx, a approval, card idcard.Card, village org.Village) error {
	id, err := s.Create(ctx, tx, fields{Name: a.Name, ID: card, Ethnic: a.Ethnic, Political: a.Political, Education: a.Person.Education,
		PartyJoin: a.PartyJoin, Details: a.Details}, village.TownshipID, village.ID)
	if err != nil {
		return err
	}
	w := approvalWriter{ctx: ctx, tx: tx, person: id, name: a.Name, words: &a.Words}
	for _, e := range a.Education {
		if err := w.addSchooling(e); err != nil {
			return err
		}
	}
	for _, e := range a.Resume {
		if err := w.addStage(e); err != nil {
			return err
		}
	}
	for _, e := range a.Family {
		if err := w.addRelative(e); err != nil {
			return err
		}
	}
	if err := w.addHonours(a.Awards); err != nil {
		return err
	}
	for _, e := range a.Sanctions {
		err := w.exec(sectionSQL["sanctions"].insert, pgx.StrictNamedArgs{"kind": e.Kind, "decided_on": e.DecidedOn, "ends_on": nil, "authority": e.Authority,
			"doc_no": e.DocNo, "reason": e.Reason})
		if err != nil {
			return err
		}
	}
	if err := w.addGrades(a.Grades); err != nil {
		return err
	}
	if err := w.setWords(func(*approvalWords) {}); err != nil {
		return err
	}
	if len(a.Photo) == 0 {
		return nil
	}
	if err := w.setPhoto(a.Photo); !fault.Is(err, fault.KindInvalid) { // the preview has said so
		return err
	}
	return nil
}

// setApproval saves what was typed on the page of a form, refusing a stale copy with both values.
func (s Store) setApproval(ctx context.Context, tx *access.Tx, p Person, f approvalForm) error {
	if _, err := tx.Exec(ctx, `select from persons where tenant_id = @tenant and id = @person for update`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID}); err != nil {
		return err
	}
	list, err := s.approvals(ctx, tx, []int64{p.ID}, tx.Scope().Today())
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.Conflict("%s的档案已作废,不能修改", p.Name)
	}
	now := list[0].Words
	if now.Version != f.Version {
		var d []fault.Difference
		for _, x := range []struct{ label, theirs, yours string }{{"拟任职务", now.NextPost, f.NextPost}, {"拟免职务", now.EndPost, f.EndPost},
			{"任免理由", now.Reason, f.Reason}, {"呈报单位", now.ReportingUnit, f.ReportingUnit}, {"填表人", now.FilledBy, f.FilledBy},
			{"填表时间", now.FilledOn, f.FilledOn}, {"计算年龄时间", now.AgeOn, f.AgeOn}} {
			if x.theirs != x.yours {
				d = append(d, fault.Difference{Label: x.label, Theirs: x.theirs, Yours: x.yours})
			}
		}
		if len(d) == 0 {
			return nil // the same was saved meanwhile, such as by a second click
		}
		return fault.Stale(d...)
	}
	w := approvalWriter{ctx: ctx, tx: tx, person: p.ID, name: p.Name, words: &now}
	tx.Audit(access.Line{Action: "cadre.form", Object: "appointment_forms", ID: p.ID, Person: p.ID, Summary: "填写" + p.Name + "的任免审批表",
		Detail: map[string]any{"next_post": f.NextPost, "end_post": f.EndPost, "reason": f.Reason}})
	return w.setWords(func(a *approvalWords) {
		a.NextPost, a.EndPost, a.Reason, a.ReportingUnit = f.NextPost, f.EndPost, f.Reason, f.ReportingUnit
		a.FilledBy, a.FilledOn, a.AgeOn = f.FilledBy, f.FilledOn, f.AgeOn
	})
}
