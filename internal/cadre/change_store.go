package cadre

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

const changeColumns = `c.id, c.township_id, c.village_id, t.name as township_name, v.name as village_name, c.person_id, c.person_name, c.field,
	c.old_sealed, c.new_sealed, c.old_text, c.new_text, c.attachment_id, c.reason, c.state, c.requested_by, c.requested_holder, c.requested_at,
	c.checked_by, c.checked_holder, c.checked_at, c.decided_by, c.decided_holder, c.decided_at, c.answer, c.asked_township_id`

const changeTables = ` from change_requests c join townships t on t.tenant_id = c.tenant_id and t.id = c.township_id
	join villages v on v.tenant_id = c.tenant_id and v.township_id = c.township_id and v.id = c.village_id where c.tenant_id = @tenant`

// changeFilter narrows the list of requests.
type changeFilter struct {
	Text     string `form:"q"`
	State    string `form:"state"`
	Field    string `form:"field"`
	Township int64  `form:"township"`
	Page     int    `form:"page"`
}

const changeWhere = ` and (@state = '' or c.state = @state) and (@field = '' or c.field = @field) and (@township = 0 or c.township_id = @township)
	and (@text = '' or strpos(c.person_name, @text) > 0 or strpos(v.name, @text) > 0)`

func (f changeFilter) args(tx *access.Tx) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "text": f.Text, "state": f.State, "field": f.Field, "township": f.Township}
}

// changes reads one page of the requests of the scope, those that wait first; limit 0 reads all.
func (Store) changes(ctx context.Context, tx *access.Tx, f changeFilter, limit, offset int) ([]Change, error) {
	args := f.args(tx)
	args["offset"], args["limit"] = offset, &limit
	if limit == 0 {
		args["limit"] = nil
	}
	rows, err := tx.Query(ctx, `select `+changeColumns+changeTables+changeWhere+` order by c.state in ('submitted', 'township_checked') desc,
		c.requested_at desc, c.id desc limit @limit::int offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Change])
}

func (Store) changeCount(ctx context.Context, tx *access.Tx, f changeFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+changeTables+changeWhere, f.args(tx)).Scan(&n)
	return n, err
}

func (Store) change(ctx context.Context, tx *access.Tx, id int64) (Change, error) {
	rows, err := tx.Query(ctx, `select `+changeColumns+changeTables+` and c.id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Change{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Change])
}

// changesOf lists the requests of one file, the newest first.
func (Store) changesOf(ctx context.Context, tx *access.Tx, person int64) ([]Change, error) {
	rows, err := tx.Query(ctx, `select `+changeColumns+changeTables+` and c.person_id = @person order by c.id desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Change])
}

// lockChange holds a request in the state in which its next step may be taken.
func (s Store) lockChange(ctx context.Context, tx *access.Tx, id int64, states ...string) (Change, error) {
	var state string
	if err := tx.QueryRow(ctx, `select state from change_requests where tenant_id = @tenant and id = @id for update`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id}).Scan(&state); err != nil {
		return Change{}, err
	}
	c, err := s.change(ctx, tx, id)
	if err != nil {
		return c, err
	}
	for _, want := range states {
		if state == want {
			return c, nil
		}
	}
	return c, fault.Conflict("这份申请%s,没有重复办理", wordOf(changeStates, state))
}

// keyValueOf is what the file says of a key field now.
func (s Store) keyValueOf(tenant int64, p Person, d Details, field string) (v keyValue, err error) {
	switch field {
	case "id_number":
		v.Text, err = s.IDNumber(tenant, p)
	case "birth":
		v.Text = p.BirthDate.Format(time.DateOnly)
	case "party_join":
		v.Text = monthText(p.PartyJoin)
	case "education":
		v.Text = p.Education
	case "bank":
		var o opened
		o, err = s.open(tenant, d)
		if v.Text = o.Card; v.Text != "" {
			v.Bank = d.BankName
		}
	}
	return v, err
}

// fingerprint tells one value of a file from another without showing it. It stands in a form and nowhere in the database: one
// that was drawn before the keys changed no longer fits and is asked to be looked at again, like one that is out of date.
func (s Store) fingerprint(tenant int64, field string, v keyValue) string {
	return hex.EncodeToString(s.keys.Index(tenant, "cadre.change", field+"="+v.Text+v.Bank))[:16]
}

func (s Store) seal(tenant int64, v keyValue) []byte {
	if v.Text == "" {
		return nil
	}
	return s.keys.Encrypt(tenant, "cadre.change", v.encode())
}

func (s Store) unseal(tenant int64, sealed []byte) (v keyValue, err error) {
	text, err := s.keys.Decrypt(tenant, "cadre.change", sealed)
	if err != nil || text == "" {
		return v, err
	}
	return v, json.Unmarshal([]byte(text), &v)
}

// lockFile holds a file so that it stays as it was read.
func (s Store) lockFile(ctx context.Context, tx *access.Tx, id int64) (p Person, d Details, err error) {
	var locked int64
	if err = tx.QueryRow(ctx, `select id from persons where tenant_id = @tenant and id = @id and merged_into is null for no key update`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id}).Scan(&locked); err != nil {
		return p, d, err
	}
	if p, err = s.Get(ctx, tx, id, tx.Scope().Today()); err != nil {
		return p, d, err
	}
	d, err = s.Details(ctx, tx, id)
	return p, d, err
}

// taken refuses an ID number or a card that stands in another file of the district, without saying in whose.
func (s Store) taken(ctx context.Context, tx *access.Tx, person int64, field string, v keyValue) error {
	if field != "id_number" && field != "bank" {
		return nil
	}
	purpose := map[string]string{"id_number": "cadre.id_number", "bank": "cadre.bank"}[field]
	var found bool
	err := tx.Wide(ctx, "更正申请核对号码是否已被使用", func(wide *access.Tx) error {
		return wide.QueryRow(ctx, `select exists (select from persons where tenant_id = @tenant and id <> @person and voided_at is null and merged_into is null
				and case @field when 'bank' then bank_index = @index else id_index = @index end)`,
			pgx.StrictNamedArgs{"tenant": wide.Tenant(), "person": person, "field": field, "index": s.keys.Index(wide.Tenant(), purpose, v.Text)}).Scan(&found)
	})
	switch {
	case err != nil || !found:
		return err
	case field == "bank":
		return fault.Conflict("该卡号已登记在本区另一位同志名下,请核对")
	}
	return fault.Conflict("该身份证号已登记在本区另一份档案中,请核对;确属同一人的,由区委组织部在“疑似重复”中合并")
}

// requestChange asks for a change. A form that was drawn before the value changed is refused with both values.
func (s Store) requestChange(ctx context.Context, tx *access.Tx, p Person, f changeForm, v keyValue, evidence paper) (id int64, err error) {
	tenant, actor := tx.Tenant(), tx.Scope()
	p, d, err := s.lockFile(ctx, tx, p.ID)
	if err != nil {
		return 0, err
	}
	now, err := s.keyValueOf(tenant, p, d, f.Field)
	if err != nil {
		return 0, err
	}
	field, _ := keyFieldOf(f.Field)
	switch {
	case p.VoidedAt != nil || p.DiedOn != nil:
		return 0, fault.Conflict("%s的档案%s,不能申请更正", p.Name, p.State())
	case s.fingerprint(tenant, f.Field, now) != f.Was:
		return 0, fault.Stale(fault.Difference{Label: field.Title, Theirs: now.masked(f.Field), Yours: v.masked(f.Field)})
	}
	if err := s.taken(ctx, tx, p.ID, f.Field, v); err != nil {
		return 0, err
	}
	attachment := f.Paper
	if attachment != 0 {
		if _, err := s.attachment(ctx, tx, p.ID, attachment); err != nil {
			return 0, err
		}
	} else if attachment, err = s.evidence(ctx, tx, p.ID, evidence); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into change_requests (tenant_id, township_id, village_id, asked_township_id, person_id, person_name, field, old_sealed,
			new_sealed, old_text, new_text, attachment_id, reason, requested_by, requested_holder, requested_at)
		select @tenant, township_id, village_id, township_id, id, name, @field, @old, @new, @old_text, @new_text, @attachment, @reason, @by, @holder, @now
		from persons where tenant_id = @tenant and id = @person returning id`, pgx.StrictNamedArgs{"tenant": tenant, "field": f.Field,
		"old": s.seal(tenant, now), "new": s.seal(tenant, v), "old_text": now.masked(f.Field), "new_text": v.masked(f.Field), "attachment": attachment,
		"reason": f.Reason, "by": actor.Name() + "(" + actor.Unit() + ")", "holder": actor.Holder(), "now": actor.Now(), "person": p.ID}).Scan(&id)
	tx.Audit(access.Line{Action: "cadre.change.request", Object: "change_requests", ID: id, Person: p.ID, Summary: "申请更正" + p.Name + "的" + field.Title,
		Reason: f.Reason, Detail: map[string]any{"before": now.masked(f.Field), "after": v.masked(f.Field), "attachment": attachment}})
	return id, err
}

// evidence keeps the paper of a request; one that is kept already serves again.
func (s Store) evidence(ctx context.Context, tx *access.Tx, person int64, p paper) (id int64, err error) {
	err = tx.QueryRow(ctx, `select id from attachments where tenant_id = @tenant and person_id = @person and digest = @digest`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "digest": p.digest()}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.attach(ctx, tx, person, p)
	}
	return id, err
}

// checkChange is the township's word that the evidence says what is asked for.
func (s Store) checkChange(ctx context.Context, tx *access.Tx, c Change) error {
	actor := tx.Scope()
	if _, err := tx.Exec(ctx, `update change_requests set state = 'township_checked', checked_by = @by, checked_holder = @holder, checked_at = @now,
			version = version + 1
		where tenant_id = @tenant and id = @id and state = 'submitted'`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": c.ID,
		"by": actor.Name() + "(" + actor.Unit() + ")", "holder": actor.Holder(), "now": actor.Now()}); err != nil {
		return err
	}
	c.audit(tx, "township_checked", "")
	return nil
}

// closeChange ends a request: approved, rejected or cancelled. Who did it stands there for ever.
func (s Store) closeChange(ctx context.Context, tx *access.Tx, c Change, state, answer string) error {
	actor := tx.Scope()
	if _, err := tx.Exec(ctx, `update change_requests set state = @state, decided_by = @by, decided_holder = @holder, decided_at = @now, answer = @answer,
			version = version + 1
		where tenant_id = @tenant and id = @id and state in ('submitted', 'township_checked')`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": c.ID,
		"state": state, "by": actor.Name() + "(" + actor.Unit() + ")", "holder": actor.Holder(), "now": actor.Now(), "answer": answer}); err != nil {
		return err
	}
	c.audit(tx, state, answer)
	return nil
}

func (c Change) audit(tx *access.Tx, state, reason string) {
	tx.Audit(access.Line{Action: "cadre.change." + state, Object: "change_requests", ID: c.ID, Person: c.PersonID,
		Summary: c.PersonName + "的" + c.Title() + "更正申请:" + wordOf(changeStates, state), Reason: reason,
		Detail: map[string]any{"before": c.OldText, "after": c.NewText}})
}

// colleagues names accounts of the actor's unit whose holders have not acted on a request and could be lent the part (代理).
func (Store) colleagues(ctx context.Context, tx *access.Tx, c Change) ([]string, error) {
	var checked int64
	if c.CheckedHolder != nil {
		checked = *c.CheckedHolder
	}
	s := tx.Scope()
	rows, err := tx.Query(ctx, `select distinct a.name from accounts a where a.tenant_id = @tenant and a.township_id = @at and a.village_id = 0
			and a.kind = 'staff' and a.disabled_at is null
			and case when a.holder_id = 0 then a.id else a.holder_id end <> all(@hands::bigint[])
			and not exists (select from grants g where g.tenant_id = a.tenant_id and g.account_id = a.id and g.role in ('auditor', 'district_finance', 'township_finance'))
		order by a.name limit 8`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "at": s.Township(), "hands": []int64{c.RequestedHolder, checked, s.Holder()}})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// changeTasks counts what waits for the actor, and what came back to him lately.
func (Store) changeTasks(ctx context.Context, tx *access.Tx) (check, decide, back int, err error) {
	s := tx.Scope()
	err = tx.QueryRow(ctx, `select count(*) filter (where state = 'submitted' and requested_holder <> @holder),
			count(*) filter (where state = 'township_checked' and requested_holder <> @holder and checked_holder <> @holder),
			count(*) filter (where state = 'rejected' and requested_holder = @holder and decided_at > @lately)
		from change_requests where tenant_id = @tenant and (@district or township_id = @township)
			and (state in ('submitted', 'township_checked') or state = 'rejected')`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "holder": s.Holder(),
		"lately": s.Now().AddDate(0, 0, -7), "district": s.Level() == pg.District, "township": s.Township()}).Scan(&check, &decide, &back)
	return check, decide, back, err
}
