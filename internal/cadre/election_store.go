package cadre

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
)

const roundColumns = `id, name, term_no, party_on, committee_on, supervision_on, opened_by, opened_at, version`

// rounds lists the rounds of the district, the newest first.
func (Store) rounds(ctx context.Context, tx *access.Tx) ([]Round, error) {
	rows, err := tx.Query(ctx, `select `+roundColumns+` from election_rounds where tenant_id = @tenant order by opened_at desc, id desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Round])
}

func (Store) round(ctx context.Context, tx *access.Tx, id int64) (Round, error) {
	rows, err := tx.Query(ctx, `select `+roundColumns+` from election_rounds where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Round{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Round])
}

// openRound begins a round.
func (Store) openRound(ctx context.Context, tx *access.Tx, r Round) (id int64, err error) {
	s := tx.Scope()
	err = tx.QueryRow(ctx, `insert into election_rounds (tenant_id, name, term_no, party_on, committee_on, supervision_on, opened_by, opened_at)
		values (@tenant, @name, @term, @party, @committee, @supervision, @by, @now) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"name": r.Name, "term": r.TermNo, "party": r.PartyOn, "committee": r.CommitteeOn, "supervision": r.SupervisionOn, "by": s.Name(), "now": s.Now()}).Scan(&id)
	tx.Audit(access.Line{Action: "cadre.election.open", Object: "election_rounds", ID: id, Summary: "开启换届:" + r.Name, Detail: map[string]any{"term": r.TermNo}})
	return id, err
}

// changeRound changes a round that no township has applied yet. The bodies stay: villages have decided about their posts.
func (Store) changeRound(ctx context.Context, tx *access.Tx, r Round) error {
	tag, err := tx.Exec(ctx, `update election_rounds r set name = @name, term_no = @term, party_on = @party, committee_on = @committee,
			supervision_on = @supervision, version = version + 1
		where tenant_id = @tenant and id = @id and version = @version and not exists (select from election_drafts d
			where d.tenant_id = @tenant and d.round_id = @id and d.applied_at is not null)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": r.ID,
		"version": r.Version, "name": r.Name, "term": r.TermNo, "party": r.PartyOn, "committee": r.CommitteeOn, "supervision": r.SupervisionOn})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("本轮换届刚被他人修改,或已有乡镇(街道)应用,不能再修改")
	}
	tx.Audit(access.Line{Action: "cadre.election.change", Object: "election_rounds", ID: r.ID, Summary: "修改换届:" + r.Name})
	return nil
}

const draftColumns = `township_id, village_id, party_on, committee_on, supervision_on, doc_no, vacancy_note, saved_by, saved_holder, saved_at,
	applied_by, applied_at, version`

const choiceColumns = `id, village_id, appointment_id, person_id, person_name, id_cipher, id_index, sex, birth_date, education, political,
	from_position, decision, to_position, terms`

// ballots reads the villages of a township with their old teams and what was decided, or (village) one of them. lock holds
// the drafts, and the posts against any other change.
func (st Store) ballots(ctx context.Context, tx *access.Tx, r Round, township, village int64, lock bool) ([]ballot, error) {
	villages, err := org.Store{}.Villages(ctx, tx, township, tx.Scope().Today())
	if err != nil {
		return nil, err
	}
	if village != 0 {
		villages = slices.DeleteFunc(villages, func(v org.Village) bool { return v.ID != village })
	}
	list := make([]ballot, len(villages))
	at := map[int64]*ballot{}
	for i, v := range villages {
		list[i].Village = v
		at[v.ID] = &list[i]
	}
	hold := ""
	if lock {
		hold = " for update"
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "round": r.ID, "township": township, "village": village}
	rows, err := tx.Query(ctx, `select `+draftColumns+` from election_drafts where tenant_id = @tenant and township_id = @township
		and round_id = @round and (@village = 0 or village_id = @village) order by village_id`+hold, args)
	if err != nil {
		return nil, err
	}
	drafts, err := pgx.CollectRows(rows, pgx.RowToStructByName[Draft])
	if err != nil {
		return nil, err
	}
	for i, d := range drafts {
		if b := at[d.VillageID]; b != nil {
			b.Draft = &drafts[i]
		}
	}
	seats, err := st.seats(ctx, tx, r, township, village, hold)
	if err != nil {
		return nil, err
	}
	for _, s := range seats {
		if b := at[s.VillageID]; b != nil {
			b.Seats = append(b.Seats, s)
		}
	}
	rows, err = tx.Query(ctx, `select `+choiceColumns+` from election_rows where tenant_id = @tenant and township_id = @township
		and round_id = @round and (@village = 0 or village_id = @village) order by village_id, rank, id`, args)
	if err != nil {
		return nil, err
	}
	choices, err := pgx.CollectRows(rows, pgx.RowToStructByName[Choice])
	if err != nil {
		return nil, err
	}
	saved := map[int64][]Choice{}
	for _, c := range choices {
		saved[c.VillageID] = append(saved[c.VillageID], c)
	}
	for i := range list {
		list[i].match(saved[list[i].Village.ID])
	}
	return list, nil
}

// seats reads the posts of the old teams: those of the round's bodies that go on.
func (Store) seats(ctx context.Context, tx *access.Tx, r Round, township, village int64, hold string) ([]seat, error) {
	rows, err := tx.Query(ctx, `select id, village_id, person_id, person_name, sex, position_code as position, management_type, pay_scheme, is_paid,
			contract_ends_on, service_years, lower(during) as from_on
		from appointments where tenant_id = @tenant and township_id = @township and (@village = 0 or village_id = @village) and upper_inf(during)
			and position_code = any(@posts)
		order by village_id, array_position(@posts::text[], position_code), lower(during), id`+hold, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": township, "village": village, "posts": r.posts()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[seat])
}

// saveDraft stores what a village decided over the version that the page was drawn with. stale tells that somebody else was
// faster: nothing is stored then.
func (Store) saveDraft(ctx context.Context, tx *access.Tx, r Round, b ballot, d Draft, choices []Choice) (stale bool, err error) {
	s := tx.Scope()
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": b.Village.TownshipID, "village": b.Village.ID, "round": r.ID, "party": d.PartyOn,
		"committee": d.CommitteeOn, "supervision": d.SupervisionOn, "doc": d.DocNo, "vacancy": d.VacancyNote, "by": s.Name(), "holder": s.Holder(),
		"now": s.Now(), "version": d.Version}
	tag, err := tx.Exec(ctx, `insert into election_drafts as e (tenant_id, township_id, village_id, round_id, party_on, committee_on, supervision_on,
			doc_no, vacancy_note, saved_by, saved_holder, saved_at)
		values (@tenant, @township, @village, @round, @party, @committee, @supervision, @doc, @vacancy, @by, @holder, @now)
		on conflict (tenant_id, round_id, village_id) do update set party_on = excluded.party_on, committee_on = excluded.committee_on,
			supervision_on = excluded.supervision_on, doc_no = excluded.doc_no, vacancy_note = excluded.vacancy_note, saved_by = excluded.saved_by,
			saved_holder = excluded.saved_holder, saved_at = excluded.saved_at, version = e.version + 1
		where e.version = @version and e.applied_at is null`, args)
	if err != nil || tag.RowsAffected() == 0 {
		return err == nil, err
	}
	batch := &pgx.Batch{}
	batch.Queue(`delete from election_rows where tenant_id = $1 and round_id = $2 and village_id = $3`, tx.Tenant(), r.ID, b.Village.ID)
	for i, c := range choices {
		batch.Queue(`insert into election_rows (tenant_id, township_id, village_id, round_id, rank, appointment_id, person_id, person_name, id_cipher,
				id_index, sex, birth_date, education, political, from_position, decision, to_position, terms)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`, tx.Tenant(), b.Village.TownshipID, b.Village.ID,
			r.ID, i, c.AppointmentID, c.PersonID, c.PersonName, c.IDCipher, c.IDIndex, c.Sex, c.BirthDate, c.Education, c.Political, c.FromPosition,
			c.Decision, c.ToPosition, c.Terms)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return false, err
	}
	tx.Audit(access.Line{Action: "cadre.election.save", Object: "election_drafts", ID: b.Village.ID, Summary: "填写" + b.Village.Name + "的换届任免:" + r.Name,
		Detail: map[string]any{"round": r.ID, "rows": len(choices)}})
	return false, nil
}

// candidate is a person of the register who may be chosen for a post.
type candidate struct {
	ID        int64
	Name      string
	Sex       string
	BirthDate time.Time
	Education string
	Political string
}

const candidateColumns = `id, name, sex, birth_date, education, political from persons
	where tenant_id = @tenant and voided_at is null and merged_into is null and died_on is null`

// named finds the persons of a township by their name.
func (Store) named(ctx context.Context, tx *access.Tx, township int64, name string) ([]candidate, error) {
	rows, err := tx.Query(ctx, `select `+candidateColumns+` and township_id = @township and name = @name order by id limit 20`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "name": name})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[candidate])
}

// numbered finds the person of an ID number in the scope; elsewhere tells that he is registered in another unit, or not
// among the living.
func (s Store) numbered(ctx context.Context, tx *access.Tx, index []byte) (found *candidate, elsewhere bool, err error) {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "index": index}
	rows, err := tx.Query(ctx, `select `+candidateColumns+` and id_index = @index`, args)
	if err != nil {
		return nil, false, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[candidate])
	if err != nil || len(list) > 0 {
		if len(list) > 0 {
			found = &list[0]
		}
		return found, false, err
	}
	err = tx.Wide(ctx, "换届新任人员的身份证号是否已在本区登记", func(wide *access.Tx) error {
		return wide.QueryRow(ctx, `select exists (select from persons where tenant_id = @tenant and id_index = @index and voided_at is null
			and merged_into is null)`, args).Scan(&elsewhere)
	})
	return nil, elsewhere, err
}

// servedIn tells whether a post stands or stood in a village.
func (Store) servedIn(ctx context.Context, tx *access.Tx, village, id int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from appointments where tenant_id = @tenant and village_id = @village and id = @id)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": village, "id": id}).Scan(&yes)
	return yes, err
}
