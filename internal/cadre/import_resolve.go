package cadre

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

// intent is what one row of an upload would do to the register.
type intent struct {
	line
	Village  org.Village
	Index    []byte
	Existing *known // nil: a new person
	Changes  []change
	New      []string // posts that the person does not hold yet
}

// change is one field of a person that an upload would replace. Sensitive values stay out: the field's name suffices.
type change struct{ Label, Old, New string }

// known is a person of the register as an import compares it.
type known struct {
	ID         int64
	TownshipID int64
	VillageID  int64
	Name       string
	FormerName string
	Ethnic     string
	Political  string
	Education  string
	PartyJoin  *time.Time
	PhoneIndex []byte
	Version    int
	IDIndex    []byte
	Died       bool
	InScope    bool
	Posts      []heldPost
}

// heldPost is a post of a person who is known, with its days.
type heldPost struct {
	PersonID  int64
	VillageID int64
	Code      string
	Open      bool
	Until     *time.Time // the first day after it
}

// resolve compares an upload with the register: which village is meant, who is new, what would change. It adds its
// findings to the upload's report.
func resolve(ctx context.Context, tx *access.Tx, keys *crypt.Keys, u *upload) ([]intent, error) {
	villages, err := org.Store{}.Villages(ctx, tx, 0, tx.Scope().Today())
	if err != nil {
		return nil, err
	}
	towns, err := org.Store{}.Townships(ctx, tx, tx.Scope().Today())
	if err != nil {
		return nil, err
	}
	places := newPlaces(villages, towns)
	intents := make([]intent, 0, len(u.Lines))
	indexes := make([][]byte, 0, len(u.Lines))
	for _, l := range u.Lines {
		in := intent{line: l}
		if l.Village != "" {
			if in.Village, err = places.find(l.Township, l.Village); err != nil {
				u.Report.Cell(u.rows[l.Row], "village", "%s", fault.Of(err).Sentence)
			}
		}
		if l.ID.Number != "" {
			in.Index = keys.Index(tx.Tenant(), "cadre.id_number", l.ID.Number)
			indexes = append(indexes, in.Index)
		}
		intents = append(intents, in)
	}
	registered, err := knownBy(ctx, tx, indexes)
	if err != nil {
		return nil, err
	}
	for i := range intents {
		in := &intents[i]
		k, ok := registered[string(in.Index)]
		switch {
		case !ok:
			in.New = in.Positions
		case !k.InScope:
			u.Report.Cell(u.rows[in.Row], "id", "该身份证号已登记,请发起调入申请")
		case k.Name != in.Name:
			u.Report.Cell(u.rows[in.Row], "name", "该身份证号在花名册中登记的姓名不同,请核对;确需更名的请在干部信息中修改")
		case k.Died && len(in.Positions) > 0:
			u.Report.Cell(u.rows[in.Row], "name", "该同志已登记去世,请核对")
		default:
			in.compare(tx.Tenant(), keys, k)
			if until := in.clash(); until != nil {
				u.Report.Cell(u.rows[in.Row], "since", "与该同志已登记的同一职务(至%s)重叠,请核对任职时间", until.AddDate(0, 0, -1).Format(time.DateOnly))
			}
		}
		if ok || in.ID.Number == "" {
			continue
		}
		for _, c := range []string{"education", "political"} {
			if column, _ := roster.Column(c); !in.has[c] {
				u.Warnings = append(u.Warnings, xlsx.Finding{Row: in.Row, Column: column.Title, Message: "新增人员没有填写" + column.Title + ",导入后请补充"})
			}
		}
	}
	return intents, nil
}

// compare finds what a row changes of a person who is known. Empty cells change nothing.
func (in *intent) compare(tenant int64, keys *crypt.Keys, k *known) {
	in.Existing = k
	note := func(key, label, old, new string) {
		if in.has[key] && old != new {
			in.Changes = append(in.Changes, change{label, old, new})
		}
	}
	note("former", "曾用名", k.FormerName, in.Former)
	note("ethnic", "民族", codeName("ethnic", k.Ethnic), codeName("ethnic", in.Ethnic))
	note("political", "政治面貌", codeName("political", k.Political), codeName("political", in.Political))
	note("education", "最高学历", codeName("education", k.Education), codeName("education", in.Education))
	note("joined", "入党时间", monthText(k.PartyJoin), monthText(in.Joined))
	if in.has["phone"] && string(keys.Index(tenant, "cadre.phone", in.Phone)) != string(k.PhoneIndex) {
		in.Changes = append(in.Changes, change{"联系电话", "(原号码)", "(新号码)"})
	}
	for _, code := range in.Positions {
		if !slices.ContainsFunc(k.Posts, func(h heldPost) bool { return h.Open && h.Code == code && h.VillageID == in.Village.ID }) {
			in.New = append(in.New, code)
		}
	}
}

// clash finds an earlier term of a new post that would overlap it: the day after that term.
func (in *intent) clash() *time.Time {
	for _, h := range in.Existing.Posts {
		if h.Until != nil && h.VillageID == in.Village.ID && slices.Contains(in.New, h.Code) && h.Until.After(in.Since) {
			return h.Until
		}
	}
	return nil
}

func monthText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format("2006-01")
}

// knownBy finds persons by the index of their ID number in the whole district; those outside the scope are told by
// nothing but their existence, which the unique key of the table would tell as well.
func knownBy(ctx context.Context, tx *access.Tx, indexes [][]byte) (map[string]*known, error) {
	out := map[string]*known{}
	rows, err := tx.Query(ctx, `select p.id, p.township_id, p.village_id, p.name, p.former_name, p.ethnic, p.political, p.education,
			p.party_join_date as party_join, p.phone_index, p.version, p.id_index, p.died_on is not null as died, true as in_scope
		from persons p where p.tenant_id = @tenant and p.id_index = any(@indexes) and p.voided_at is null and p.merged_into is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "indexes": indexes})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByNameLax[known])
	if err != nil {
		return nil, err
	}
	ids, byID := make([]int64, len(list)), map[int64]*known{}
	for i, k := range list {
		out[string(k.IDIndex)], byID[k.ID], ids[i] = k, k, k.ID
	}
	rows, err = tx.Query(ctx, `select person_id, village_id, position_code as code, upper_inf(during) as open, upper(during) as until from appointments
		where tenant_id = @tenant and person_id = any(@ids)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids})
	if err != nil {
		return nil, err
	}
	posts, err := pgx.CollectRows(rows, pgx.RowToStructByName[heldPost])
	if err != nil {
		return nil, err
	}
	for _, h := range posts {
		byID[h.PersonID].Posts = append(byID[h.PersonID].Posts, h)
	}
	// What the scope does not show may still be registered elsewhere in the district.
	err = tx.Wide(ctx, "导入时查找已在本区其他单位登记的身份证号", func(wide *access.Tx) error {
		rows, err := wide.Query(ctx, `select id_index from persons where tenant_id = @tenant and id_index = any(@indexes)
			and voided_at is null and merged_into is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "indexes": indexes})
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		for _, i := range all {
			if out[string(i)] == nil {
				out[string(i)] = &known{IDIndex: i}
			}
		}
		return err
	})
	return out, err
}

// places finds villages by the names that people write.
type places struct {
	byName map[string][]org.Village
	towns  map[int64]string
}

func newPlaces(villages []org.Village, towns []org.Township) places {
	p := places{map[string][]org.Village{}, map[int64]string{}}
	for _, t := range towns {
		p.towns[t.ID] = t.Name
	}
	for _, v := range villages {
		p.byName[bare(v.Name)] = append(p.byName[bare(v.Name)], v)
	}
	return p
}

// bare takes off the endings that rosters add or leave out.
func bare(name string) string {
	name = strings.Join(strings.Fields(name), "")
	for _, end := range []string{"村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"} {
		if rest, ok := strings.CutSuffix(name, end); ok && rest != "" {
			name = rest
		}
	}
	return name
}

// find gives the one village that is meant. A township may hold 后村 and 后村社区: the whole name decides between them.
func (p places) find(township, village string) (org.Village, error) {
	town, whole := strings.Join(strings.Fields(township), ""), strings.Join(strings.Fields(village), "")
	// 安化镇曾街村 in one cell
	for _, t := range p.towns {
		if rest, ok := strings.CutPrefix(whole, t); ok && rest != "" {
			town, whole = t, rest
		}
	}
	var found, exact []org.Village
	for _, v := range p.byName[bare(whole)] {
		if town != "" && !strings.HasPrefix(p.towns[v.TownshipID], strings.TrimRight(town, "镇乡街道")) {
			continue
		}
		found = append(found, v)
		if v.Name == whole || strings.HasSuffix(whole, "会") && v.Name == org.ShortName(whole, kindOf(whole)) {
			exact = append(exact, v)
		}
	}
	if len(exact) > 0 {
		found = exact
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return org.Village{}, fault.Invalid("没有找到这个村(社区),或不在您的管理范围内")
	}
	var towns, names []string
	for _, v := range found {
		names = append(names, v.Name)
		if t := p.towns[v.TownshipID]; !slices.Contains(towns, t) {
			towns = append(towns, t)
		}
	}
	if len(towns) == 1 {
		return org.Village{}, fault.Invalid("%s有%d个名称相近的村(社区),请写全称:%s", towns[0], len(found), strings.Join(names, "、"))
	}
	return org.Village{}, fault.Invalid("有%d个同名的村,请填写乡镇(街道):%s", len(found), strings.Join(towns, "、"))
}

// kindOf tells a community from a village by its committee.
func kindOf(name string) string {
	if strings.Contains(name, "居委会") || strings.Contains(name, "居民委员会") {
		return "community"
	}
	return "village"
}
