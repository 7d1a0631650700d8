package cadre

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// approvals reads the files of some persons as forms need them, in the order of the ids. It reads every table once for
// all of them, so that a thousand forms are as many queries as twenty.
func (s Store) approvals(ctx context.Context, tx *access.Tx, ids []int64, on time.Time) ([]approval, error) {
	people, err := s.byIDs(ctx, tx, ids, on)
	if err != nil {
		return nil, err
	}
	r := approvalReader{ctx: ctx, tx: tx, args: pgx.NamedArgs{"tenant": tx.Tenant(), "ids": ids, "on": on, "order": positionOrder}, at: map[int64]*approval{}}
	list := make([]approval, len(people))
	for i, p := range people {
		list[i].Person, r.at[p.ID] = p, &list[i]
		if list[i].Number, err = s.IDNumber(tx.Tenant(), p); err != nil {
			return nil, err
		}
	}
	r.facts()
	r.parts()
	r.records()
	return list, r.err
}

// approvalReader reads the parts of some files table by table; the first error ends it.
type approvalReader struct {
	ctx  context.Context
	tx   *access.Tx
	args pgx.NamedArgs
	at   map[int64]*approval
	err  error
}

// of gives the file that a row belongs to, or one that nobody looks at for a file that is void.
func (r *approvalReader) of(person int64) *approval {
	if a := r.at[person]; a != nil {
		return a
	}
	return &approval{}
}

func each[T any](r *approvalReader, sql string, take func(T)) {
	if r.err != nil {
		return
	}
	rows, err := r.tx.Query(r.ctx, sql, r.args)
	if err != nil {
		r.err = err
		return
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	for _, row := range list {
		take(row)
	}
	r.err = err
}

func (r *approvalReader) facts() {
	type facts struct {
		PersonID                                                  int64
		NativePlace, BirthPlace, Health, TechnicalPost, Specialty string
		WorkStart                                                 *time.Time
	}
	each(r, `select id as person_id, native_place, birth_place, health, technical_post, specialty, work_start_date as work_start
		from persons where tenant_id = @tenant and id = any(@ids)`, func(f facts) {
		r.of(f.PersonID).Details = Details{NativePlace: f.NativePlace, BirthPlace: f.BirthPlace, Health: f.Health, TechnicalPost: f.TechnicalPost,
			Specialty: f.Specialty, WorkStart: f.WorkStart}
	})
	each(r, `select a.person_id, t.name || v.name as unit, a.position_code as position, v.kind = 'community' as community
		from appointments a join townships t on t.tenant_id = a.tenant_id and t.id = a.township_id
		join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id
		where a.tenant_id = @tenant and a.person_id = any(@ids) and a.during @> @on::date
		order by v.code, array_position(@order::text[], a.position_code)`, func(h heldTitle) {
		a := r.of(h.PersonID)
		a.Held = append(a.Held, h)
	})
	type picture struct {
		PersonID int64
		JPEG     []byte `db:"jpeg"`
	}
	each(r, `select person_id, jpeg from photos where tenant_id = @tenant and person_id = any(@ids)`, func(p picture) { r.of(p.PersonID).Photo = p.JPEG })
	each(r, `select person_id, next_post, end_post, reason, reporting_unit, filled_by, filled_on, age_on, reform_limit, due_month,
			case when jsonb_typeof(extra) = 'object' then extra else '{}' end as extra, version
		from appointment_forms where tenant_id = @tenant and person_id = any(@ids)`, func(w approvalWords) { r.of(w.PersonID).Words = w })
}

func (r *approvalReader) parts() {
	each(r, `select person_id, id, mode, level, degree, school, major, degree_school, finished_on from education_records
		where tenant_id = @tenant and person_id = any(@ids) order by finished_on nulls first, id`, func(e schooling) {
		a := r.of(e.PersonID)
		a.Education = append(a.Education, e)
	})
	each(r, `select person_id, from_on, to_on, kind, body from resume_entries where tenant_id = @tenant and person_id = any(@ids)
		order by from_on, to_on nulls last, id`, func(s stage) {
		a := r.of(s.PersonID)
		a.Resume = append(a.Resume, s)
	})
	each(r, `select person_id, id, relation, name, political, employer_post, birth_month from family_members
		where tenant_id = @tenant and person_id = any(@ids) order by rank, id`, func(m relative) {
		a := r.of(m.PersonID)
		a.Family = append(a.Family, m)
	})
}

func (r *approvalReader) records() {
	each(r, `select person_id, kind, title, level, issuer, doc_no, reason, awarded_on from awards
		where tenant_id = @tenant and person_id = any(@ids) order by awarded_on, id`, func(h honour) {
		a := r.of(h.PersonID)
		a.Awards = append(a.Awards, h)
	})
	each(r, `select person_id, kind, authority, doc_no, reason, decided_on from sanctions
		where tenant_id = @tenant and person_id = any(@ids) order by decided_on, id`, func(s sanction) {
		a := r.of(s.PersonID)
		a.Sanctions = append(a.Sanctions, s)
	})
	each(r, `select person_id, year, grade from yearly_grades where tenant_id = @tenant and person_id = any(@ids) order by year`, func(g yearGrade) {
		a := r.of(g.PersonID)
		a.Grades = append(a.Grades, g)
	})
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
	tx.Audit(access.Line{Action: "cadre.form", Object: "appointment_forms", ID: p.ID, Person: p.ID, Summary: "填写" + p.Name + "的任免审批表",
		Detail: map[string]any{"next_post": f.NextPost, "end_post": f.EndPost, "reason": f.Reason}})
	now.NextPost, now.EndPost, now.Reason, now.ReportingUnit = f.NextPost, f.EndPost, f.Reason, f.ReportingUnit
	now.FilledBy, now.FilledOn, now.AgeOn = f.FilledBy, f.FilledOn, f.AgeOn
	return writeWords(ctx, tx, []*fileChange{{person: p.ID, words: now, reworded: true}})
}
