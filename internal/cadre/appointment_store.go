package cadre

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// Appointment is one post of a person with its dates: From is the first day, To the first day after it.
type Appointment struct {
	ID             int64
	TownshipID     int64
	VillageID      int64
	TownshipName   string
	VillageName    string
	Community      bool
	PositionCode   string
	ManagementType string
	PayScheme      string
	IsPaid         bool
	FromOn         time.Time
	ToOn           *time.Time
	WayIn          string
	WayOut         string
	DocNo          string
	OutDocNo       string
	Note           string
	TermNo         *int       // of an elected post
	ContractEndsOn *time.Time // of a professionally managed one
	ServiceYears   *int
	Version        int
}

const appointmentColumns = `a.id, a.township_id, a.village_id, coalesce(t.name, '') as township_name, coalesce(v.name, '') as village_name,
	coalesce(v.kind = 'community', false) as community, a.position_code, a.management_type, a.pay_scheme, a.is_paid, lower(a.during) as from_on,
	upper(a.during) as to_on, a.way_in, a.way_out, a.doc_no, a.out_doc_no, a.note, a.term_no, a.contract_ends_on, a.service_years, a.version`

// A post in another unit, opened by access.ForPerson, has no unit that the scope sees; nameUnits says its name.
const appointmentTables = ` from appointments a left join townships t on t.tenant_id = a.tenant_id and t.id = a.township_id
	left join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id `

// Title names the post.
func (a Appointment) Title() string { return PositionTitle(a.PositionCode, a.Community) }

// Unit names where the post is.
func (a Appointment) Unit() string { return a.TownshipName + a.VillageName }

// Dates says from when to when, both days included.
func (a Appointment) Dates() string {
	if a.ToOn == nil {
		return a.FromOn.Format(time.DateOnly) + " 至今"
	}
	return a.FromOn.Format(time.DateOnly) + " 至 " + a.ToOn.AddDate(0, 0, -1).Format(time.DateOnly)
}

// Appointments reads a person's posts that the scope sees, the newest first.
func (Store) Appointments(ctx context.Context, tx *access.Tx, person int64) ([]Appointment, error) {
	rows, err := tx.Query(ctx, `select `+appointmentColumns+appointmentTables+` where a.tenant_id = @tenant and a.person_id = @person
		order by upper_inf(a.during) desc, lower(a.during) desc, array_position(@order::text[], a.position_code), a.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "order": positionOrder})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Appointment])
}

// Appointment reads one post of a person.
func (Store) Appointment(ctx context.Context, tx *access.Tx, person, id int64) (Appointment, error) {
	rows, err := tx.Query(ctx, `select `+appointmentColumns+appointmentTables+` where a.tenant_id = @tenant and a.person_id = @person and a.id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "id": id})
	if err != nil {
		return Appointment{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Appointment])
}

// unit is a village as a history names it.
type unit struct {
	Township, Village string
	Community         bool
}

func (u unit) full() string { return u.Township + u.Village }

// unitNames names villages of the whole district: the name of a village is no secret, its rows are.
func unitNames(ctx context.Context, s access.Scope, ids []int64) (map[int64]unit, error) {
	out := map[int64]unit{}
	if len(ids) == 0 {
		return out, nil
	}
	err := access.Read(ctx, s.Widen("历史记录中单位的名称"), func(tx *access.Tx) error {
		rows, err := tx.Query(ctx, `select v.id, t.name, v.name, v.kind = 'community' from villages v
			join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id where v.tenant_id = @tenant and v.id = any(@ids)`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids})
		if err != nil {
			return err
		}
		var id int64
		var u unit
		_, err = pgx.ForEachRow(rows, []any{&id, &u.Township, &u.Village, &u.Community}, func() error { out[id] = u; return nil })
		return err
	})
	return out, err
}

// nameUnits names the units of posts that lie outside the scope.
func nameUnits(ctx context.Context, s access.Scope, posts []Appointment) error {
	unnamed := []int64{}
	for _, a := range posts {
		if a.TownshipName == "" {
			unnamed = append(unnamed, a.VillageID)
		}
	}
	names, err := unitNames(ctx, s, unnamed)
	for i, a := range posts {
		if u, ok := names[a.VillageID]; ok {
			posts[i].TownshipName, posts[i].VillageName, posts[i].Community = u.Township, u.Village, u.Community
		}
	}
	return err
}

// Appoint gives a person a post in a village from a day on.
func (st Store) Appoint(ctx context.Context, tx *access.Tx, p Person, a Appointment) error {
	if p.DiedOn != nil || p.VoidedAt != nil {
		return fault.Conflict("%s%s,不能任职", p.Name, p.State())
	}
	if err := st.seatFree(ctx, tx, p.ID, a); err != nil {
		return err
	}
	var id int64
	err := tx.QueryRow(ctx, `insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code,
			management_type, pay_scheme, is_paid, during, way_in, doc_no, note, term_no, contract_ends_on, service_years)
		select @tenant, v.township_id, v.id, @person, @name, @sex, @position, @management, @scheme, @paid, daterange(@from::date, null), @way, @doc, @note,
			@term, @contract, @years
		from villages v where v.tenant_id = @tenant and v.id = @village returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"person": p.ID, "name": p.Name, "sex": p.Sex, "position": a.PositionCode, "management": a.ManagementType, "scheme": a.PayScheme,
		"paid": a.IsPaid, "from": a.FromOn, "way": a.WayIn, "doc": a.DocNo, "note": a.Note, "village": a.VillageID,
		"term": a.TermNo, "contract": a.ContractEndsOn, "years": a.ServiceYears}).Scan(&id)
	if err != nil {
		return err
	}
	tx.Audit(access.Line{Action: "cadre.appoint", Object: "appointments", ID: id, Person: p.ID, Summary: p.Name + "任" + PositionTitle(a.PositionCode, p.Community),
		Detail: map[string]any{"from": a.FromOn.Format(time.DateOnly), "document": a.DocNo}})
	return nil
}

// Leave ends one post of a person on its last day; the reason stands in the note of the post. Death has its own way, see Die.
func (Store) Leave(ctx context.Context, tx *access.Tx, p Person, appointment int64, lastDay time.Time, wayOut, document, reason string) error {
	var from time.Time
	var open bool
	err := tx.QueryRow(ctx, `select lower(during), upper_inf(during) from appointments where tenant_id = @tenant and person_id = @person
		and id = @id for update`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "id": appointment}).Scan(&from, &open)
	switch {
	case err != nil:
		return err
	case !open:
		return fault.Conflict("该职务已经登记离任,没有重复登记")
	case lastDay.Before(from):
		return fault.Invalid("最后任职日期不能早于任职日期(%s)", from.Format(time.DateOnly))
	}
	_, err = tx.Exec(ctx, `update appointments set during = daterange(lower(during), @next::date), way_out = @way, out_doc_no = @doc,
			note = concat_ws(';', nullif(note, ''), '离任原因:' || nullif(@reason::text, '')), version = version + 1
		where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": appointment,
		"next": lastDay.AddDate(0, 0, 1), "way": wayOut, "doc": document, "reason": reason})
	tx.Audit(leaveLine(p.ID, p.Name, appointment, lastDay, wayOut, document, reason))
	return err
}

// leaveLine is the end of a post in the trail; modules that plan with people listen to it.
func leaveLine(person int64, name string, appointment int64, lastDay time.Time, wayOut, document, reason string) access.Line {
	return access.Line{Action: "cadre.leave", Object: "appointments", ID: appointment, Person: person, Summary: name + "离任:" + wordOf(WaysOut, wayOut), Reason: reason,
		Detail: map[string]any{"last_day": lastDay.Format(time.DateOnly), "document": document}}
}

// Die enters a death: it ends every post in the district and takes the person off every list made from now on.
func (Store) Die(ctx context.Context, tx *access.Tx, p Person, day time.Time, document string) error {
	next := day.AddDate(0, 0, 1)
	if day.Before(p.BirthDate) {
		return fault.Invalid("去世日期早于出生日期")
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "next": next}
	var later bool
	err := tx.QueryRow(ctx, `select exists (select from appointments where tenant_id = @tenant and person_id = @person
		and lower(during) >= @next::date)`, args).Scan(&later)
	if err != nil {
		return err
	}
	if later {
		return fault.Invalid("去世日期早于已登记的任职日期,请先核对并更正任职信息")
	}
	tag, err := tx.Exec(ctx, `update persons set died_on = @day, version = version + 1 where tenant_id = @tenant and id = @person
		and died_on is null and voided_at is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "day": day})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("该同志已登记去世,没有重复登记")
	}
	// A post that was said to end later ended then too, in the way that was entered.
	tag, err = tx.Exec(ctx, `update appointments set during = daterange(lower(during), @next::date), version = version + 1,
			way_out = case when upper_inf(during) then 'deceased' else way_out end,
			out_doc_no = case when upper_inf(during) then @doc else out_doc_no end
		where tenant_id = @tenant and person_id = @person and (upper_inf(during) or upper(during) > @next::date)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "next": next, "doc": document})
	tx.Audit(access.Line{Action: "cadre.die", Object: "persons", ID: p.ID, Person: p.ID, Summary: p.Name + "去世",
		Detail: map[string]any{"day": day.Format(time.DateOnly), "posts": tag.RowsAffected(), "document": document}})
	return err
}

// Revive takes a death back that was entered by mistake, with the ends of posts that came with it.
func (st Store) Revive(ctx context.Context, tx *access.Tx, p Person, reason string) error {
	if p.DiedOn == nil {
		return fault.Conflict("该同志没有去世登记")
	}
	posts, err := st.Appointments(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, a := range posts {
		if a.WayOut == "deceased" && a.ToOn.Equal(p.DiedOn.AddDate(0, 0, 1)) {
			a.ToOn = nil
			if err := st.seatFree(ctx, tx, p.ID, a); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(ctx, `update appointments set during = daterange(lower(during), null), way_out = '', out_doc_no = '', version = version + 1
		where tenant_id = @tenant and person_id = @person and way_out = 'deceased' and upper(during) = @next::date`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "next": p.DiedOn.AddDate(0, 0, 1)})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update persons set died_on = null, version = version + 1 where tenant_id = @tenant and id = @person`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID})
	tx.Audit(access.Line{Action: "cadre.revive", Object: "persons", ID: p.ID, Person: p.ID, Summary: "撤销" + p.Name + "的去世登记", Reason: reason,
		Detail: map[string]any{"day": p.DiedOn.Format(time.DateOnly)}})
	return err
}

// Correct mends a post that was entered wrongly; a real change of post is an end and a new beginning.
func (st Store) Correct(ctx context.Context, tx *access.Tx, p Person, was, now Appointment, reason string) error {
	if p.DiedOn != nil && (now.ToOn == nil || now.ToOn.After(p.DiedOn.AddDate(0, 0, 1))) {
		return fault.Conflict("任职不能晚于去世日期%s", p.DiedOn.Format(time.DateOnly))
	}
	if moved := was.VillageID != now.VillageID || was.PositionCode != now.PositionCode || was.Dates() != now.Dates(); moved {
		if err := st.seatFree(ctx, tx, p.ID, now); err != nil {
			return err
		}
	}
	tag, err := tx.Exec(ctx, `update appointments a set township_id = v.township_id, village_id = v.id, position_code = @position,
			management_type = @management, pay_scheme = @scheme, is_paid = @paid, during = daterange(@from::date, @to::date), way_in = @way,
			way_out = @way_out, doc_no = @doc, out_doc_no = @out_doc, note = @note, term_no = @term,
			contract_ends_on = @contract, service_years = @years, version = a.version + 1
		from villages v where v.tenant_id = @tenant and v.id = @village and a.tenant_id = @tenant and a.id = @id and a.version = @version`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "position": now.PositionCode, "management": now.ManagementType, "scheme": now.PayScheme,
			"paid": now.IsPaid, "from": now.FromOn, "to": now.ToOn, "way": now.WayIn, "way_out": now.WayOut, "doc": now.DocNo,
			"out_doc": now.OutDocNo, "note": now.Note, "term": now.TermNo, "contract": now.ContractEndsOn, "years": now.ServiceYears, "village": now.VillageID, "id": was.ID, "version": now.Version})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		var exists bool
		if err := tx.QueryRow(ctx, `select exists (select from villages where tenant_id = @tenant and id = @id)`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": now.VillageID}).Scan(&exists); err != nil || !exists {
			return fault.NotFound()
		}
		return fault.Conflict("这条任职刚被他人修改(现为:%s,%s),您填写的内容保留在下面,请核对后再保存", was.Title(), was.Dates())
	}
	tx.Audit(access.Line{Action: "cadre.correct", Object: "appointments", ID: was.ID, Person: p.ID, Summary: "更正" + p.Name + "的任职信息", Reason: reason,
		Detail: map[string]any{"before": was.inTrail(), "after": now.inTrail()}})
	return nil
}

// Remove takes out a post that never was. The trail keeps what it said.
func (Store) Remove(ctx context.Context, tx *access.Tx, p Person, a Appointment, reason string) error {
	tag, err := tx.Exec(ctx, `delete from appointments where tenant_id = @tenant and person_id = @person and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "id": a.ID})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.NotFound()
	}
	tx.Audit(access.Line{Action: "cadre.remove", Object: "appointments", ID: a.ID, Person: p.ID, Summary: "删除" + p.Name + "误录的任职", Reason: reason,
		Detail: map[string]any{"before": a.inTrail()}})
	return nil
}

// inTrail is a post as the audit trail keeps it.
func (a Appointment) inTrail() map[string]any {
	m := map[string]any{"village": a.VillageID, "position": a.PositionCode, "management": a.ManagementType, "pay": a.PayScheme,
		"from": a.FromOn.Format(time.DateOnly), "way_in": a.WayIn, "document": a.DocNo}
	if a.TermNo != nil {
		m["term"] = *a.TermNo
	}
	if a.ContractEndsOn != nil {
		m["contract_ends"] = a.ContractEndsOn.Format(time.DateOnly)
	}
	if a.ToOn != nil {
		m["last_day"], m["way_out"], m["out_document"] = a.ToOn.AddDate(0, 0, -1).Format(time.DateOnly), a.WayOut, a.OutDocNo
	}
	return m
}
