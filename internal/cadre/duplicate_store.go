package cadre

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// sameNames finds files of the same name, or one's former name, and the same month of birth, but for pairs that the
// district has found to be two people.
func (Store) sameNames(ctx context.Context, tx *access.Tx) ([]pair, error) {
	rows, err := tx.Query(ctx, `with alive as (select id, name, former_name, date_trunc('month', birth_date) as born from persons
			where tenant_id = @tenant and voided_at is null and merged_into is null),
		names as (select id, name as word, born from alive union select id, former_name, born from alive where former_name <> '')
		select distinct a.id as first, b.id as second, true as same_name, false as near from names a
			join names b on b.word = a.word and b.born = a.born and b.id > a.id
		where not exists (select from person_distinctions d where d.tenant_id = @tenant and d.first_person_id = a.id and d.second_person_id = b.id)
		order by 1, 2`, pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[pair])
}

// pairs finds all pairs that may be one person, the likelier ones first.
//
// Numbers are opened and compared in memory, for the time of this request and for the district's officer alone, who may
// see them anyway. Stored hashes of every number with one or two places left out would do without opening, but they
// would be 171 rows per person that say who resembles whom, to be guarded and kept up to date for ever; opening ten
// thousand numbers takes some twenty milliseconds.
func (s Store) pairs(ctx context.Context, tx *access.Tx) ([]pair, error) {
	list, err := s.sameNames(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select id, id_cipher from persons where tenant_id = @tenant and voided_at is null and merged_into is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return nil, err
	}
	var files []numbered
	var id int64
	var cipher []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &cipher}, func() error {
		number, err := s.keys.Decrypt(tx.Tenant(), "cadre.id_number", cipher)
		files = append(files, numbered{id, number})
		return err
	})
	if err != nil {
		return nil, err
	}
	known, err := s.distinctions(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, near := range nearNumbers(files) {
		ids := [2]int64{near.First, near.Second}
		at := slices.IndexFunc(list, func(p pair) bool { return p.First == near.First && p.Second == near.Second })
		switch {
		case at >= 0:
			list[at].Near = true
		case !known[ids]:
			list = append(list, near)
		}
	}
	slices.SortFunc(list, pair.compare)
	return list, nil
}

func (Store) distinctions(ctx context.Context, tx *access.Tx) (map[[2]int64]bool, error) {
	rows, err := tx.Query(ctx, `select first_person_id, second_person_id from person_distinctions where tenant_id = @tenant`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return nil, err
	}
	out := map[[2]int64]bool{}
	var ids [2]int64
	_, err = pgx.ForEachRow(rows, []any{&ids[0], &ids[1]}, func() error { out[ids] = true; return nil })
	return out, err
}

// distinguish notes that two files are of two people.
func (Store) distinguish(ctx context.Context, tx *access.Tx, a, b Person) error {
	s := tx.Scope()
	_, err := tx.Exec(ctx, `insert into person_distinctions (tenant_id, first_person_id, second_person_id, decided_by, decided_at)
		values (@tenant, @first, @second, @by, @now) on conflict do nothing`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"first": min(a.ID, b.ID), "second": max(a.ID, b.ID), "by": s.Name(), "now": s.Now()})
	tx.Audit(access.Line{Action: "cadre.distinguish", Object: "person_distinctions", ID: a.ID, Person: a.ID, Summary: a.Name + "、" + b.Name + "核对为两个人",
		Detail: map[string]any{"other": b.ID}})
	return err
}

// people reads the files of some pairs, by key.
func (s Store) people(ctx context.Context, tx *access.Tx, ids []int64, on time.Time) (map[int64]Person, error) {
	rows, err := tx.Query(ctx, `select `+personColumns+personTables+personPosts+` where p.tenant_id = @tenant and p.id = any(@ids)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids, "on": on, "order": positionOrder})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Person])
	out := map[int64]Person{}
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// merge is two files made one: what was taken from the other file, and what moved.
type merge struct {
	ID             int64
	KeptPersonID   int64
	MergedPersonID int64
	KeptName       string
	MergedName     string
	Reason         string
	MergedBy       string
	MergedAt       time.Time
	UndoneAt       *time.Time
	Moved          moved
}

// moved is what a merge took along, so that undoing it can give it back.
type moved struct {
	Taken        []string          `json:"taken"`        // fields of the other file that replaced the kept one's
	Appointments []int64           `json:"appointments"` // posts that changed hands
	Removed      []json.RawMessage `json:"removed"`      // posts that both files had, as they stood in the other one
	Accounts     []int64           `json:"accounts"`     // accounts that belonged to the other file
	Parts        parts             `json:"parts"`        // entries of the file that changed hands, by table
}

// takenColumns is the one statement by which fields go from one row to another; @taken names the fields.
const takenColumns = ` name = case when 'name' = any(@taken) then o.name else k.name end,
	pinyin = case when 'name' = any(@taken) then o.pinyin else k.pinyin end,
	initials = case when 'name' = any(@taken) then o.initials else k.initials end,
	former_name = case when 'former_name' = any(@taken) then o.former_name else k.former_name end,
	sex = case when 'id' = any(@taken) then o.sex else k.sex end,
	birth_date = case when 'id' = any(@taken) then o.birth_date else k.birth_date end,
	id_cipher = case when 'id' = any(@taken) then o.id_cipher else k.id_cipher end,
	id_index = case when 'id' = any(@taken) then o.id_index else k.id_index end,
	id_tail_index = case when 'id' = any(@taken) then o.id_tail_index else k.id_tail_index end,
	ethnic = case when 'ethnic' = any(@taken) then o.ethnic else k.ethnic end,
	political = case when 'political' = any(@taken) then o.political else k.political end,
	party_join_date = case when 'political' = any(@taken) then o.party_join_date else k.party_join_date end,
	education = case when 'education' = any(@taken) then o.education else k.education end,
	phone_cipher = case when 'phone' = any(@taken) then o.phone_cipher else k.phone_cipher end,
	phone_index = case when 'phone' = any(@taken) then o.phone_index else k.phone_index end,
	township_id = case when 'unit' = any(@taken) then o.township_id else k.township_id end,
	village_id = case when 'unit' = any(@taken) then o.village_id else k.village_id end,
	died_on = case when 'died' = any(@taken) then o.died_on else k.died_on end,
	version = k.version + 1, updated_at = @now `

// Merge makes two files one. kept stays with its key; of other the fields named by taken replace those of kept, and the
// posts go over. Months that are over keep the number under which they were published.
func (s Store) Merge(ctx context.Context, tx *access.Tx, kept, other Person, taken []string, reason string) (id int64, err error) {
	scope := tx.Scope()
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": kept.ID, "other": other.ID, "taken": taken, "now": scope.Now()}
	var before json.RawMessage
	err = tx.QueryRow(ctx, `select to_jsonb(p) from persons p where tenant_id = @tenant and id = @kept and merged_into is null and voided_at is null
		and version = @version for update`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": kept.ID, "version": kept.Version}).Scan(&before)
	if err != nil {
		return 0, fault.Because(fault.Conflict("%s的档案刚被他人修改或合并,请刷新后再试", kept.Name), err)
	}
	tag, err := tx.Exec(ctx, `update persons set merged_into = @kept, version = version + 1 where tenant_id = @tenant and id = @other and merged_into is null
		and voided_at is null and version = @version`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": kept.ID, "other": other.ID, "version": other.Version})
	if err != nil {
		return 0, err
	}
	if tag.RowsAffected() == 0 {
		return 0, fault.Conflict("%s的档案刚被他人修改或合并,请刷新后再试", other.Name)
	}
	if _, err = tx.Exec(ctx, `update persons k set `+takenColumns+`from persons o where k.tenant_id = @tenant and k.id = @kept
		and o.tenant_id = @tenant and o.id = @other`, args); err != nil {
		return 0, err
	}
	if err := respell(ctx, tx, kept.ID); err != nil {
		return 0, err
	}
	if err := fillGaps(ctx, tx, kept.ID, other.ID); err != nil {
		return 0, err
	}
	m := moved{Taken: taken}
	if m.Parts, err = mergeParts(ctx, tx, kept.ID, other.ID); err != nil {
		return 0, err
	}
	if err := s.mergePosts(ctx, tx, kept.ID, other.ID, &m); err != nil {
		return 0, err
	}
	if m.Accounts, err = access.Relink(ctx, tx, other.ID, kept.ID, nil); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into person_merges (tenant_id, kept_person_id, merged_person_id, before, moved, reason, merged_by, merged_at)
		values (@tenant, @kept, @other, @before, @moved, @reason, @by, @now) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"kept": kept.ID, "other": other.ID, "before": before, "moved": m, "reason": reason, "by": scope.Name(), "now": scope.Now()}).Scan(&id)
	tx.Audit(access.Line{Action: "cadre.merge", Object: "person_merges", ID: id, Person: kept.ID, Summary: "合并" + kept.Name + "与" + other.Name + "的档案", Reason: reason,
		Detail: map[string]any{"kept": kept.ID, "merged": other.ID, "taken": taken, "posts": len(m.Appointments), "same_posts": len(m.Removed)}})
	return id, err
}

// mergePosts gives the posts of one file to another. A post that both have, at the same time in the same village, stays once.
func (Store) mergePosts(ctx context.Context, tx *access.Tx, kept, other int64, m *moved) error {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": kept, "other": other}
	rows, err := tx.Query(ctx, `delete from appointments a where a.tenant_id = @tenant and a.person_id = @other and exists (select from appointments k
			where k.tenant_id = @tenant and k.person_id = @kept and k.village_id = a.village_id and k.position_code = a.position_code and k.during && a.during)
		returning to_jsonb(a)`, args)
	if err != nil {
		return err
	}
	if m.Removed, err = pgx.CollectRows(rows, pgx.RowTo[json.RawMessage]); err != nil {
		return err
	}
	rows, err = tx.Query(ctx, `update appointments a set person_id = @kept, version = a.version + 1,
			person_name = case when upper_inf(a.during) then p.name else a.person_name end
		from persons p where p.tenant_id = @tenant and p.id = @kept and a.tenant_id = @tenant and a.person_id = @other returning a.id`, args)
	if err != nil {
		return err
	}
	m.Appointments, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	return err
}

// Unmerge takes a merge back: both files stand as before, but for what was entered since.
func (Store) Unmerge(ctx context.Context, tx *access.Tx, m merge, reason string) error {
	tag, err := tx.Exec(ctx, `update person_merges set undone_at = @now where tenant_id = @tenant and id = @id and undone_at is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": m.ID, "now": tx.Scope().Now()})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("这次合并已经撤销,没有重复撤销")
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": m.ID, "kept": m.KeptPersonID, "taken": m.Moved.Taken, "now": tx.Scope().Now()}
	if _, err = tx.Exec(ctx, `update persons k set `+takenColumns+`from person_merges x, jsonb_populate_record(null::persons, x.before) o
		where x.tenant_id = @tenant and x.id = @id and k.tenant_id = @tenant and k.id = @kept`, args); err != nil {
		return err
	}
	if err := respell(ctx, tx, m.KeptPersonID); err != nil {
		return err
	}
	if err := unmergeParts(ctx, tx, m); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `update persons set merged_into = null, version = version + 1 where tenant_id = @tenant and id = @other`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "other": m.MergedPersonID}); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `update appointments a set person_id = @other, version = a.version + 1, person_name = p.name from persons p
		where p.tenant_id = @tenant and p.id = @other and a.tenant_id = @tenant and a.person_id = @kept and a.id = any(@posts)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": m.KeptPersonID, "other": m.MergedPersonID, "posts": m.Moved.Appointments}); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `insert into appointments overriding system value
		select o.* from person_merges x, jsonb_populate_recordset(null::appointments, x.moved->'removed') o where x.tenant_id = @tenant and x.id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": m.ID}); err != nil {
		return err
	}
	if _, err = access.Relink(ctx, tx, m.KeptPersonID, m.MergedPersonID, append([]int64{}, m.Moved.Accounts...)); err != nil {
		return err
	}
	tx.Audit(access.Line{Action: "cadre.unmerge", Object: "person_merges", ID: m.ID, Person: m.KeptPersonID,
		Summary: "撤销合并:" + m.KeptName + "与" + m.MergedName + "的档案", Reason: reason,
		Detail: map[string]any{"kept": m.KeptPersonID, "merged": m.MergedPersonID}})
	return nil
}

const mergeColumns = `m.id, m.kept_person_id, m.merged_person_id, k.name as kept_name, o.name as merged_name, m.reason, m.merged_by,
	m.merged_at, m.undone_at, m.moved from person_merges m join persons k on k.tenant_id = m.tenant_id and k.id = m.kept_person_id
	join persons o on o.tenant_id = m.tenant_id and o.id = m.merged_person_id where m.tenant_id = @tenant`

const mergeFound = ` and (@text = '' or strpos(k.name, @text) > 0 or strpos(o.name, @text) > 0)`

func (Store) countMerges(ctx context.Context, tx *access.Tx, text string) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from (select `+mergeColumns+mergeFound+`) x`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "text": text}).Scan(&n)
	return n, err
}

// merges reads a page of the merges, newest first; limit 0 reads all.
func (Store) merges(ctx context.Context, tx *access.Tx, text string, limit, offset int) ([]merge, error) {
	rows, err := tx.Query(ctx, `select `+mergeColumns+mergeFound+` order by m.merged_at desc, m.id desc limit nullif(@limit::int, 0) offset @offset`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "text": text, "limit": limit, "offset": offset})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[merge])
}

func (Store) mergeOf(ctx context.Context, tx *access.Tx, id int64) (merge, error) {
	rows, err := tx.Query(ctx, `select `+mergeColumns+` and m.id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return merge{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[merge])
}
