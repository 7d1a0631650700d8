package cadre

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

const transferColumns = `id, township_id, village_id, person_id, person_name, releasing_township_id, releasing_village_id, effective_on,
	reason, state, requested_by, requested_holder, requested_at, answered_by, answered_at, answer`

// cameFromElsewhere tells whether a person's file came from another unit, so that there is a history to read.
func (Store) cameFromElsewhere(ctx context.Context, tx *access.Tx, person int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from transfer_requests where tenant_id = @tenant and person_id = @person
		and state = 'confirmed' and releasing_township_id <> township_id)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person}).Scan(&yes)
	return yes, err
}

// transferFilter narrows the list of requests.
type transferFilter struct {
	Text  string `form:"q"`
	State string `form:"state"`
	Page  int    `form:"page"`
}

func (f transferFilter) args(tx *access.Tx) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "text": f.Text, "state": f.State}
}

const transferWhere = ` from transfer_requests where tenant_id = @tenant and (@state = '' or state = @state)
	and (@text = '' or strpos(person_name, @text) > 0)`

// transfers reads one page of the requests of the scope, open ones first; limit 0 reads all.
func (Store) transfers(ctx context.Context, tx *access.Tx, f transferFilter, limit, offset int) ([]Transfer, error) {
	args := f.args(tx)
	args["offset"], args["limit"] = offset, &limit
	if limit == 0 {
		args["limit"] = nil
	}
	rows, err := tx.Query(ctx, `select `+transferColumns+transferWhere+` order by state = 'submitted' desc, requested_at desc, id desc
		limit @limit::int offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByNameLax[Transfer])
}

func (Store) transferCount(ctx context.Context, tx *access.Tx, f transferFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+transferWhere, f.args(tx)).Scan(&n)
	return n, err
}

// file is where a person's file is kept, found by the number in the whole district.
type file struct {
	ID         int64
	Name       string
	TownshipID int64
	VillageID  int64
	Died       bool
}

// fileOf finds who keeps the file of a number. Call it with a scope on the district; its answer must not be shown.
func (s Store) fileOf(ctx context.Context, tx *access.Tx, number string) (file, error) {
	rows, err := tx.Query(ctx, `select id, name, township_id, village_id, died_on is not null as died from persons
		where tenant_id = @tenant and id_index = @index and voided_at is null and merged_into is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "index": s.keys.Index(tx.Tenant(), "cadre.id_number", number)})
	if err != nil {
		return file{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[file])
}

// requestTransfer asks for a person of another unit.
func (Store) requestTransfer(ctx context.Context, tx *access.Tx, r request, f file) (id int64, err error) {
	s := tx.Scope()
	err = tx.QueryRow(ctx, `insert into transfer_requests (tenant_id, township_id, village_id, person_id, person_name, releasing_township_id,
			releasing_village_id, effective_on, reason, requested_by, requested_holder, requested_at)
		select @tenant, v.township_id, v.id, @person, @name, @from_town, @from_village, @on, @reason, @by, @holder, @now
		from villages v where v.tenant_id = @tenant and v.id = @village returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"person": f.ID, "name": r.Name, "from_town": f.TownshipID, "from_village": f.VillageID, "on": r.On, "reason": r.Reason, "by": s.Name(),
		"holder": s.Holder(), "now": s.Now(), "village": r.Village}).Scan(&id)
	if err != nil {
		return 0, err
	}
	tx.Audit(access.Line{Action: "cadre.transfer.request", Object: "transfer_requests", ID: id, Person: f.ID, Summary: "申请调入" + r.Name, Reason: r.Reason})
	return id, nil
}

// openTransfer locks an open request that the actor may answer: of the own township as the releasing unit, or any for
// the district. asked picks the requests that the actor's own unit made.
func (Store) openTransfer(ctx context.Context, tx *access.Tx, actor access.Scope, id int64, asked bool) (Transfer, error) {
	rows, err := tx.Query(ctx, `select `+transferColumns+` from transfer_requests where tenant_id = @tenant and id = @id
			and (@district or case when @asked then township_id else releasing_township_id end = @township) for update`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "district": actor.Level() == pg.District, "asked": asked, "township": actor.Township()})
	if err != nil {
		return Transfer{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByNameLax[Transfer])
	if err == nil && t.State != "submitted" {
		return t, fault.Conflict("这份申请%s,没有重复办理", wordOf(transferStates, t.State))
	}
	return t, err
}

// closeTransfer writes the answer. The actor's name stands there for ever.
func (Store) closeTransfer(ctx context.Context, tx *access.Tx, t Transfer, state, answer string) error {
	s := tx.Scope()
	_, err := tx.Exec(ctx, `update transfer_requests set state = @state, answered_by = @by, answered_at = @now, answer = @answer, version = version + 1
		where tenant_id = @tenant and id = @id and state = 'submitted'`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": t.ID, "state": state,
		"by": s.Name() + "(" + s.Unit() + ")", "now": s.Now(), "answer": answer})
	tx.Audit(access.Line{Action: "cadre.transfer." + state, Object: "transfer_requests", ID: t.ID, Person: t.PersonID,
		Summary: t.PersonName + "的调入申请" + wordOf(transferStates, state), Reason: answer})
	return err
}

// release moves the file to the unit that asked, and ends the posts that go on in the releasing township if so told.
// Call it with a scope on the district: neither unit may write the other's rows.
func (Store) release(ctx context.Context, tx *access.Tx, t Transfer, endPosts bool) error {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": t.PersonID, "town": t.ReleasingTownshipID, "on": t.EffectiveOn}
	if endPosts {
		var later *time.Time
		if err := tx.QueryRow(ctx, `select max(lower(during)) from appointments where tenant_id = @tenant and person_id = @person
			and township_id = @town and upper_inf(during) and lower(during) >= @on::date`, args).Scan(&later); err != nil {
			return err
		}
		if later != nil {
			return fault.Invalid("有任职自%s起,不早于调入日期,请先更正任职信息,或不勾选结束任职", later.Format(time.DateOnly))
		}
		if _, err := tx.Exec(ctx, `update appointments set during = daterange(lower(during), @on::date), way_out = 'transferred', version = version + 1
			where tenant_id = @tenant and person_id = @person and township_id = @town and upper_inf(during)`, args); err != nil {
			return err
		}
	}
	tag, err := tx.Exec(ctx, `update persons set township_id = @to_town, village_id = @to_village, version = version + 1
		where tenant_id = @tenant and id = @person and township_id = @town and voided_at is null and merged_into is null and died_on is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": t.PersonID, "town": t.ReleasingTownshipID, "to_town": t.TownshipID, "to_village": t.VillageID})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("该同志的档案已不在原单位,或已作废、去世,请退回这份申请")
	}
	return moveParts(ctx, tx, t.PersonID)
}
