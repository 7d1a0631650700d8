package cadre

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// registered are the people of the register whom an upload names.
type registered struct {
	byNumber map[string]*known   // by the index of the number
	byName   map[string][]*known // in scope, by name
}

func (r registered) named(name string) []*known { return r.byName[name] }

// byTail finds the one person of a name with these last four.
func (r registered) byTail(name string, tail []byte) (*known, error) {
	var found []*known
	for _, k := range r.byName[name] {
		if string(k.TailIndex) == string(tail) {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fault.Invalid("花名册中没有这个姓名和末四位的人员;新增人员请填写身份证号")
	}
	return nil, fault.Invalid("花名册中有%d人姓名和末四位相同,请填写身份证号", len(found))
}

// knownBy finds persons by the index of their whole number in the whole district, in the scope also by the last four, and whoever has
// the name of a newcomer. Those outside the scope are told by nothing but their existence, which the unique key of the table would tell as well.
func knownBy(ctx context.Context, tx *access.Tx, numbers, tails [][]byte, names []string) (registered, error) {
	out := registered{map[string]*known{}, map[string][]*known{}}
	rows, err := tx.Query(ctx, `select p.id, p.township_id, p.village_id, p.name, p.former_name, p.sex, p.birth_date, p.ethnic, p.political, p.education,
			p.party_join_date as party_join, p.phone_index, p.bank_index, p.version, p.id_index, p.id_tail_index as tail_index, p.died_on is not null as died,
			true as in_scope, `+detailList+`
		from persons p where p.tenant_id = @tenant and (p.id_index = any(@numbers) or p.id_tail_index = any(@tails) or p.name = any(@names)) and p.voided_at is null and p.merged_into is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "numbers": numbers, "tails": tails, "names": names})
	if err != nil {
		return out, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByNameLax[known])
	if err != nil {
		return out, err
	}
	ids, byID := make([]int64, len(list)), map[int64]*known{}
	for i, k := range list {
		out.byNumber[string(k.IDIndex)], byID[k.ID], ids[i] = k, k, k.ID
		out.byName[k.Name] = append(out.byName[k.Name], k)
	}
	if len(ids) > 0 {
		rows, err = tx.Query(ctx, `select id, person_id, village_id, position_code as code, lower(during) as since, upper(during) as until from appointments
			where tenant_id = @tenant and person_id = any(@ids)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids})
		if err != nil {
			return out, err
		}
		posts, err := pgx.CollectRows(rows, pgx.RowToStructByName[heldPost])
		if err != nil {
			return out, err
		}
		for _, h := range posts {
			byID[h.PersonID].Posts = append(byID[h.PersonID].Posts, h)
		}
	}
	// What the scope does not show may still be registered elsewhere in the district.
	err = tx.Wide(ctx, "导入时查找已在本区其他单位登记的身份证号", func(wide *access.Tx) error {
		rows, err := wide.Query(ctx, `select id_index from persons where tenant_id = @tenant and id_index = any(@numbers)
			and voided_at is null and merged_into is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "numbers": numbers})
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		for _, i := range all {
			if out.byNumber[string(i)] == nil {
				out.byNumber[string(i)] = &known{IDIndex: i}
			}
		}
		return err
	})
	return out, err
}
