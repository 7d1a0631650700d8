package cadre

import (
	"context"
	"slices"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
)

// intent is what one row of an upload would do to the register.
type intent struct {
	line
	Village  org.Village
	Index    []byte
	Existing *known // nil: a new person
	Changes  []change
	New      []string     // posts that the person does not hold yet
	Requests []keyRequest // key fields that have another value: they change by a request with evidence
	merged   merged       // of an existing person: the values after the import
	id       int64        // of a new person, once written
}

// change is one field of a person that an upload would replace. Sensitive values stay out: the field's name suffices.
type change struct{ Label, Old, New string }

// keyRequest is a key field that an upload says differently.
type keyRequest struct{ Field, Label, Old, New string }

// known is a person of the register as an import compares it.
type known struct {
	ID         int64
	TownshipID int64
	VillageID  int64
	Name       string
	FormerName string
	Sex        string
	BirthDate  time.Time
	Ethnic     string
	Political  string
	Education  string
	PartyJoin  *time.Time
	PhoneIndex []byte
	BankIndex  []byte
	Version    int
	IDIndex    []byte
	TailIndex  []byte
	Died       bool
	InScope    bool
	Details
	Posts []heldPost
}

// heldPost is a post of a person who is known, with its days.
type heldPost struct {
	ID        int64
	PersonID  int64
	VillageID int64
	Code      string
	Since     time.Time
	Until     *time.Time // the first day after it; nil while it goes on
}

// plan is everything that an upload would do.
type plan struct {
	Intents   []intent
	Posts     []plannedPost
	Leaves    []plannedPost // registered posts that 任职 ends
	SamePosts int           // rows of 任职 that say what is registered
	Parts     []*partPlan
}

// resolving compares an upload with the register.
type resolving struct {
	tx     *access.Tx
	keys   *crypt.Keys
	u      *upload
	places places
	found  registered
	people map[string][]*intent // of this file, by the index of the number and by name and last four
	claims []fileClaim
}

// resolve compares an upload with the register: which village is meant, who is new, what would change. It adds its
// findings to the upload's reports. replace names the sections whose rows in the file take the place of the stored ones.
func resolve(ctx context.Context, tx *access.Tx, keys *crypt.Keys, u *upload, replace []string) (plan, error) {
	villages, err := org.Store{}.Villages(ctx, tx, 0, tx.Scope().Today())
	if err != nil {
		return plan{}, err
	}
	towns, err := org.Store{}.Townships(ctx, tx, tx.Scope().Today())
	if err != nil {
		return plan{}, err
	}
	r := &resolving{tx: tx, keys: keys, u: u, places: newPlaces(villages, towns), people: map[string][]*intent{}}
	numbers, tails, names := r.named()
	if r.found, err = knownBy(ctx, tx, numbers, tails, names); err != nil {
		return plan{}, err
	}
	p := plan{Intents: make([]intent, len(u.Lines))}
	for i, l := range u.Lines {
		in := &p.Intents[i]
		in.line = l
		r.person(in)
		r.claimOf(in)
	}
	if err := r.entries(ctx, &p, replace); err != nil {
		return plan{}, err
	}
	if err := r.seats(ctx, p.Leaves); err != nil {
		return plan{}, err
	}
	for _, e := range u.Entries {
		bad := e.Report.Bad()
		wrong := func(x plannedPost) bool { return x.sheet == e && bad[x.Row] }
		p.Posts, p.Leaves = slices.DeleteFunc(p.Posts, wrong), slices.DeleteFunc(p.Leaves, wrong)
	}
	return p, nil
}

// number is the index of a whole number, and of its last four.
func (r *resolving) number(number string) []byte {
	return r.keys.Index(r.tx.Tenant(), "cadre.id_number", number)
}
func (r *resolving) tail(tail string) []byte {
	return r.keys.Index(r.tx.Tenant(), "cadre.id_tail", tail)
}

// named are the numbers by which the upload names people, whole ones and last fours, and the names of its people.
func (r *resolving) named() (whole, tails [][]byte, names []string) {
	seen := map[string]bool{}
	add := func(number, tail string) {
		switch {
		case number != "" && !seen[number]:
			whole = append(whole, r.number(number))
		case tail != "" && !seen[tail]:
			tails = append(tails, r.tail(tail))
		}
		seen[number], seen[tail] = true, true
	}
	for _, l := range r.u.Lines {
		add(l.ID.Number, l.Tail)
		names = append(names, l.Name)
	}
	for _, e := range r.u.Entries {
		for _, l := range e.Lines {
			add(l.Number, l.Tail)
		}
	}
	return whole, tails, names
}

// person compares one row of people.
func (r *resolving) person(in *intent) {
	row := r.u.rows[in.Row]
	bad := func(key, format string, args ...any) { r.u.Report.Cell(row, key, format, args...) }
	var err error
	if in.line.Village != "" {
		if in.Village, err = r.places.find(in.Township, in.line.Village); err != nil {
			bad("village", "%s", fault.Of(err).Sentence)
		}
	}
	var k *known
	switch {
	case in.ID.Number != "":
		in.Index = r.number(in.ID.Number)
		for _, twin := range r.people[string(in.Index)] {
			if twin.ID.Number == "" { // two numbers were compared while reading
				bad("id", "与第%d行是同一人", twin.Row)
			}
		}
		r.people[string(in.Index)] = append(r.people[string(in.Index)], in)
		key := in.Name + in.ID.Number[14:]
		r.people[key] = append(r.people[key], in)
		k = r.found.byNumber[string(in.Index)]
	case in.Tail != "":
		if k, err = r.found.byTail(in.Name, r.tail(in.Tail)); err != nil {
			bad("tail", "%s", fault.Of(err).Sentence)
			return
		}
		in.Index = k.IDIndex
		for _, twin := range r.people[string(in.Index)] {
			bad("tail", "与第%d行是同一人", twin.Row)
		}
		r.people[string(in.Index)] = append(r.people[string(in.Index)], in)
		r.people[in.Name+in.Tail] = append(r.people[in.Name+in.Tail], in)
	}
	switch {
	case k == nil:
		r.newcomer(in, bad)
	case !k.InScope:
		bad("id", "该身份证号已登记,请发起调入申请")
	case k.Name != in.Name:
		bad("name", "该身份证号在花名册中登记的姓名不同,请核对;确需更名的请在干部信息中修改")
	case k.Died && len(in.Positions) > 0:
		bad("name", "该同志已登记去世,请核对")
	default:
		in.compare(r.tx.Tenant(), r.keys, k)
		if until := in.clash(); until != nil {
			bad("since", "与该同志已登记的同一职务(至%s)重叠,请核对任职时间", until.AddDate(0, 0, -1).Format(time.DateOnly))
		}
		if in.has["party_full"] && in.Details.PartyFull != nil && (in.merged.PartyJoin == nil || in.Details.PartyFull.Before(*in.merged.PartyJoin)) {
			bad("party_full", "转正时间早于入党时间,或没有登记入党时间")
		}
		if r.u.Whole && in.Village.ID != 0 && in.Village.ID != k.VillageID {
			r.u.warn(row, "village", "档案在另一个村(社区),导入不调整;请在干部信息中调整档案所在村")
		}
	}
}

// newcomer checks what only a new person must say.
func (r *resolving) newcomer(in *intent, bad func(string, string, ...any)) {
	in.New = in.Positions
	if in.ID.Number == "" {
		return
	}
	row := r.u.rows[in.Row]
	if b := in.ID.Birth; !agrees(in.Born, b) {
		bad("birth", "出生日期与身份证号不一致(身份证号为%s)", b.Format("2006-01"))
	}
	if in.line.Village == "" && r.u.Whole {
		bad("village", "新增人员请填写村(社区)")
	}
	if in.Details.PartyFull != nil && (in.Joined == nil || in.Details.PartyFull.Before(*in.Joined)) {
		bad("party_full", "转正时间早于入党时间,或没有登记入党时间")
	}
	for _, k := range r.found.named(in.Name) {
		if k.BirthDate.Equal(in.ID.Birth) {
			r.u.warn(row, "id", "花名册中有姓名和出生日期相同、身份证号不同的人员,将作为新增;如是同一人,请先申请更正身份证号")
		}
	}
	for _, c := range []string{"education", "political"} {
		if !in.has[c] {
			column, _ := roster.Column(c)
			r.u.warn(row, c, "新增人员没有填写"+column.Title+",导入后请补充")
		}
	}
}

// merged are the values of an existing person after the import.
type merged struct {
	FormerName, Ethnic, Political, Education string
	PartyJoin                                *time.Time
	Phone                                    string // empty leaves what is stored
	Details                                  Details
}

// compare finds what a row changes of a person who is known. Empty cells change nothing, and a key field that has another
// value is left for a request.
func (in *intent) compare(tenant int64, keys *crypt.Keys, k *known) {
	in.Existing = k
	m := merged{k.FormerName, k.Ethnic, k.Political, k.Education, k.PartyJoin, "", k.Details}
	note := func(key, label, old, new string) bool {
		if !in.has[key] || old == new {
			return false
		}
		in.Changes = append(in.Changes, change{label, old, new})
		return true
	}
	keyed := func(key, field, label, old, new string) bool {
		if in.has[key] && old != "" && old != new {
			in.Requests = append(in.Requests, keyRequest{field, label, old, new})
			return false
		}
		return note(key, label, old, new)
	}
	if note("former", "曾用名", k.FormerName, in.Former) {
		m.FormerName = in.Former
	}
	if note("ethnic", "民族", codeName("ethnic", k.Ethnic), codeName("ethnic", in.Ethnic)) {
		m.Ethnic = in.Ethnic
	}
	if note("political", "政治面貌", codeName("political", k.Political), codeName("political", in.Political)) {
		m.Political = in.Political
	}
	if keyed("education", "education", "最高学历", codeName("education", k.Education), codeName("education", in.Education)) {
		m.Education = in.Education
	}
	if keyed("joined", "party_join", "入党时间", monthText(k.PartyJoin), monthText(in.Joined)) {
		m.PartyJoin = in.Joined
	}
	if in.has["birth"] && !agrees(in.Born, k.BirthDate) {
		layout := "2006-01"
		if in.Born.Day != 0 {
			layout = time.DateOnly
		}
		in.Requests = append(in.Requests, keyRequest{"birth", "出生日期", k.BirthDate.Format(layout), in.Born.First().Format(layout)})
	}
	if in.has["phone"] && string(keys.Index(tenant, "cadre.phone", in.Phone)) != string(k.PhoneIndex) {
		in.Changes = append(in.Changes, change{"联系电话", masked(len(k.PhoneIndex) > 0, "原号码"), "(新号码)"})
		m.Phone = in.Phone
	}
	in.compareDetails(tenant, keys, k, &m, note)
	in.merged = m
	for _, code := range in.Positions {
		if !slices.ContainsFunc(k.Posts, func(h heldPost) bool { return h.Until == nil && h.Code == code && h.VillageID == in.Village.ID }) {
			in.New = append(in.New, code)
		}
	}
}

// masked says that there is a value without saying it.
func masked(has bool, what string) string {
	if has {
		return "(" + what + ")"
	}
	return ""
}

// compareDetails finds what a row changes beyond the register.
func (in *intent) compareDetails(tenant int64, keys *crypt.Keys, k *known, m *merged, note func(key, label, old, new string) bool) {
	d := &m.Details
	for _, t := range []struct {
		key  string
		kept *string
		new  string
		list []Word
	}{{"native_place", &d.NativePlace, in.Details.NativePlace, nil}, {"birth_place", &d.BirthPlace, in.Details.BirthPlace, nil},
		{"party_branch", &d.PartyBranch, in.Details.PartyBranch, nil}, {"health", &d.Health, in.Details.Health, HealthWords},
		{"marital", &d.Marital, in.Details.Marital, MaritalWords}, {"technical_post", &d.TechnicalPost, in.Details.TechnicalPost, nil},
		{"specialty", &d.Specialty, in.Details.Specialty, nil}, {"certificates", &d.Certificates, in.Details.Certificates, nil},
		{"social_insurance", &d.SocialInsurance, in.Details.SocialInsurance, InsuranceWords}} {
		column, _ := roster.Column(t.key)
		if note(t.key, column.Title, wordOf(t.list, *t.kept), wordOf(t.list, t.new)) {
			*t.kept = t.new
		}
	}
	if note("party_full", "转正时间", monthText(d.PartyFull), monthText(in.Details.PartyFull)) {
		d.PartyFull = in.Details.PartyFull
	}
	if note("work_start", "参加工作时间", monthText(d.WorkStart), monthText(in.Details.WorkStart)) {
		d.WorkStart = in.Details.WorkStart
	}
	if note("local", "本村户籍", d.local(), in.Details.local()) {
		d.Local = in.Details.Local
	}
	if slices.Sort(in.Details.Origins); !slices.Equal(slices.Sorted(slices.Values(d.Origins)), in.Details.Origins) &&
		note("origins", "来源身份", d.originNames(), in.Details.originNames()) {
		d.Origins = in.Details.Origins
	}
	sealed := func(key, label, purpose string, cipher []byte, new string) bool {
		if !in.has[key] {
			return false
		}
		old, err := keys.Decrypt(tenant, purpose, cipher)
		if err == nil && old == new {
			return false
		}
		in.Changes = append(in.Changes, change{label, masked(old != "", "原"+label), "(新" + label + ")"})
		return true
	}
	if sealed("address", "户籍地址", "cadre.address", d.AddressCipher, in.Details.address) {
		d.address = in.Details.address
	}
	if sealed("phone2", "第二联系电话", "cadre.phone", d.Phone2Cipher, in.Details.phone2) {
		d.phone2 = in.Details.phone2
	}
	// A card that is registered changes by a request, and its bank with it.
	switch other := string(keys.Index(tenant, "cadre.bank", in.Details.card)) != string(k.BankIndex); {
	case len(k.BankIndex) > 0 && (in.has["bank_card"] && other || in.has["bank_name"] && in.Details.BankName != d.BankName):
		in.Requests = append(in.Requests, keyRequest{"bank", "银行卡", "(原卡号)", "(新卡号或开户行)"})
	case len(k.BankIndex) == 0 && in.has["bank_card"] && other:
		in.Changes = append(in.Changes, change{"银行卡号", "", "(新卡号)"})
		d.card, d.BankName = in.Details.card, in.Details.BankName
	case len(k.BankIndex) == 0 && note("bank_name", "开户行", d.BankName, in.Details.BankName):
		d.BankName = in.Details.BankName
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
