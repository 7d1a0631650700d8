package cadre

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image/jpeg"
	"maps"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/lrmx"
	"touyan/internal/platform/portrait"
)

// fileChange is what forms change in one file. Changes are gathered first, so that a whole upload is written with one
// statement per table.
type fileChange struct {
	person  int64
	version int // of the file with which the form was compared, 0 for a new one
	name    string
	columns approvalColumns
	words   approvalWords // as they will stand
	reworded,
	resumed bool // the words differ; the form's résumé takes the place of the register's
	entries map[string][][]string // new ones by section, in the order of its fields and as forms write them
	schools []schooling           // records whose texts change; an empty text stays
	family  []relative            // members who change
	picture []byte                // the photo as the form brings it
}

// approvalColumns are columns of the file; nil leaves one as it is.
type approvalColumns struct {
	Ethnic, NativePlace, BirthPlace, TechnicalPost, Specialty, Health, Political *string
	WorkStart, PartyJoin                                                         *time.Time
}

func (c *fileChange) add(section string, texts ...string) {
	if c.entries == nil {
		c.entries = map[string][][]string{}
	}
	c.entries[section] = append(c.entries[section], texts)
}

func (c *fileChange) addSchooling(e schooling) {
	c.add("education", e.Mode, e.Level, e.Degree, e.School, e.DegreeSchool, monthText(e.FinishedOn))
}

func (c *fileChange) addStage(s stage) {
	c.add("resume", monthText(&s.FromOn), monthText(s.ToOn), s.Kind, s.Body)
}

func (c *fileChange) addRelative(r relative) {
	c.add("family", r.Relation, r.Name, monthText(r.BirthMonth), r.Political, r.EmployerPost)
}

func (c *fileChange) addHonour(h honour) {
	c.add("awards", h.Kind, h.Title, h.Level, h.Issuer, h.AwardedOn.Format(time.DateOnly), h.DocNo, h.Reason)
}

func (c *fileChange) addSanction(s sanction) {
	c.add("sanctions", s.Kind, s.DecidedOn.Format(time.DateOnly), "", s.Authority, s.DocNo, s.Reason)
}

func (c *fileChange) addGrade(g yearGrade) { c.add("grades", strconv.Itoa(g.Year), g.Grade, "", "") }

// reword changes what the form says beyond the file.
func (c *fileChange) reword(to func(*approvalWords)) {
	to(&c.words)
	c.reworded = true
}

// changeSchooling changes the texts of a record that are not empty.
func (c *fileChange) changeSchooling(record int64, to schooling) {
	for i := range c.schools {
		if e := &c.schools[i]; e.ID == record {
			e.Degree, e.School, e.DegreeSchool = cmp.Or(to.Degree, e.Degree), cmp.Or(to.School, e.School), cmp.Or(to.DegreeSchool, e.DegreeSchool)
			return
		}
	}
	to.ID = record
	c.schools = append(c.schools, to)
}

// keepBirth keeps the birth of a member as it is written where it is no month.
func (c *fileChange) keepBirth(m lrmx.Family) {
	birth := unmonthly(m.ChuShengRiQi)
	if c.words.Extra.Births[keyOf(m)] == birth {
		return
	}
	c.reword(func(w *approvalWords) {
		births := maps.Clone(w.Extra.Births) // the preview's own stays as it is
		if births == nil {
			births = map[string]string{}
		}
		births[keyOf(m)] = birth
		w.Extra.Births = births
	})
}

// draw makes the form's picture a photo as the register keeps one: as it is where it came from a register, else anew.
func (c *fileChange) draw() error {
	if len(c.picture) == 0 {
		return nil
	}
	size, err := jpeg.DecodeConfig(bytes.NewReader(c.picture))
	ours := err == nil && size.Width == portrait.Width && size.Height == portrait.Height && len(c.picture) < 1<<20
	if ours && bytes.HasSuffix(c.picture, []byte("\xff\xd9")) && !bytes.Contains(c.picture, []byte("Exif\x00")) { // whole, and silent of its camera
		return nil
	}
	drawn, err := portrait.Make(c.picture, portrait.Head)
	if err != nil {
		return err
	}
	digest := hashOf(c.picture)
	c.reword(func(w *approvalWords) { w.Extra.Photo = digest })
	c.picture = drawn
	return nil
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// newFile is everything that a form says of a new person.
func newFile(a approval) *fileChange {
	c := &fileChange{name: a.Name, words: a.Words, reworded: true, picture: a.Photo}
	for _, e := range a.Education {
		c.addSchooling(e)
	}
	for _, e := range a.Resume {
		c.addStage(e)
	}
	for _, e := range a.Family {
		c.addRelative(e)
	}
	for _, e := range a.Awards {
		c.addHonour(e)
	}
	for _, e := range a.Sanctions {
		c.addSanction(e)
	}
	for _, e := range a.Grades {
		c.addGrade(e)
	}
	return c
}

// writeChanges writes what was gathered, a statement per table.
func (s Store) writeChanges(ctx context.Context, tx *access.Tx, list []*fileChange) error {
	for _, write := range []func(context.Context, *access.Tx, []*fileChange) error{writeColumns, writeSchools, writeFamily, writeEntries, writeWords, s.writePhotos} {
		if err := write(ctx, tx, list); err != nil {
			return err
		}
	}
	return nil
}

// write runs a statement that takes an array per column and touches a row per element.
func (c columns) write(ctx context.Context, tx *access.Tx, sql string, rows int) error {
	if rows == 0 {
		return nil
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant()}
	for name, list := range c {
		args[name] = list
	}
	tag, err := tx.Exec(ctx, sql, args)
	if err == nil && int(tag.RowsAffected()) != rows {
		err = fault.Conflict("有档案刚被他人修改、作废或调出,没有写入任何内容。请返回刷新后再试")
	}
	return err
}

func writeColumns(ctx context.Context, tx *access.Tx, list []*fileChange) error {
	c, n := columns{}, 0
	for _, f := range list {
		p := f.columns
		if p == (approvalColumns{}) {
			continue
		}
		n++
		put(c, "person", f.person)
		put(c, "version", f.version)
		put(c, "ethnic", p.Ethnic)
		put(c, "native", p.NativePlace)
		put(c, "birth_place", p.BirthPlace)
		put(c, "technical", p.TechnicalPost)
		put(c, "specialty", p.Specialty)
		put(c, "health", p.Health)
		put(c, "political", p.Political)
		put(c, "work_start", p.WorkStart)
		put(c, "party_join", p.PartyJoin)
	}
	c["now"] = tx.Scope().Now()
	return c.write(ctx, tx, `update persons p set ethnic = coalesce(x.ethnic, p.ethnic), native_place = coalesce(x.native, p.native_place),
			birth_place = coalesce(x.birth_place, p.birth_place), technical_post = coalesce(x.technical, p.technical_post),
			specialty = coalesce(x.specialty, p.specialty), health = coalesce(x.health, p.health), political = coalesce(x.political, p.political),
			work_start_date = coalesce(x.work_start, p.work_start_date), party_join_date = coalesce(p.party_join_date, x.party_join),
			updated_at = @now, version = p.version + 1
		from unnest(@person::bigint[], @version::int[], @ethnic::text[], @native::text[], @birth_place::text[], @technical::text[], @specialty::text[],
			@health::text[], @political::text[], @work_start::date[], @party_join::date[])
			x(person, version, ethnic, native, birth_place, technical, specialty, health, political, work_start, party_join)
		where p.tenant_id = @tenant and p.id = x.person and p.version = x.version and p.voided_at is null and p.merged_into is null`, n)
}

func writeSchools(ctx context.Context, tx *access.Tx, list []*fileChange) error {
	c, n := columns{}, 0
	for _, f := range list {
		for _, e := range f.schools {
			n++
			put(c, "person", f.person)
			put(c, "id", e.ID)
			put(c, "degree", e.Degree)
			put(c, "school", e.School)
			put(c, "degree_school", e.DegreeSchool)
		}
	}
	return c.write(ctx, tx, `update education_records e set degree = coalesce(nullif(x.degree, ''), e.degree), school = coalesce(nullif(x.school, ''), e.school),
			major = case when x.school = '' then e.major else '' end, degree_school = coalesce(nullif(x.degree_school, ''), e.degree_school),
			version = e.version + 1
		from unnest(@person::bigint[], @id::bigint[], @degree::text[], @school::text[], @degree_school::text[]) x(person, id, degree, school, degree_school)
		where e.tenant_id = @tenant and e.person_id = x.person and e.id = x.id`, n)
}

func writeFamily(ctx context.Context, tx *access.Tx, list []*fileChange) error {
	c, n := columns{}, 0
	for _, f := range list {
		for _, r := range f.family {
			n++
			put(c, "person", f.person)
			put(c, "id", r.ID)
			put(c, "relation", r.Relation)
			put(c, "name", r.Name)
			put(c, "birth_month", r.BirthMonth)
			put(c, "political", r.Political)
			put(c, "employer_post", r.EmployerPost)
		}
	}
	return c.write(ctx, tx, `update family_members m set relation = x.relation, name = x.name, birth_month = coalesce(x.birth_month, m.birth_month),
			political = x.political, employer_post = x.employer_post, version = m.version + 1
		from unnest(@person::bigint[], @id::bigint[], @relation::text[], @name::text[], @birth_month::date[], @political::text[], @employer_post::text[])
			x(person, id, relation, name, birth_month, political, employer_post)
		where m.tenant_id = @tenant and m.person_id = x.person and m.id = x.id`, n)
}

// writeEntries adds entries, and takes out the résumés in whose place others come.
func writeEntries(ctx context.Context, tx *access.Tx, list []*fileChange) error {
	var resumed []int64
	rows := map[string][]partRow{}
	for _, f := range list {
		if f.resumed {
			resumed = append(resumed, f.person)
		}
		for section, entries := range f.entries {
			for _, texts := range entries {
				rows[section] = append(rows[section], partRow{f.person, texts})
			}
		}
	}
	if len(resumed) > 0 {
		if _, err := tx.Exec(ctx, partSQL["resume"].clear, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": resumed}); err != nil {
			return err
		}
	}
	for _, s := range sections {
		if err := addEntries(ctx, tx, s, rows[s.Key]); err != nil {
			return err
		}
	}
	return nil
}

func writeWords(ctx context.Context, tx *access.Tx, list []*fileChange) error {
	c, n := columns{}, 0
	for _, f := range list {
		if !f.reworded {
			continue
		}
		extra, err := json.Marshal(f.words.Extra)
		if err != nil {
			return err
		}
		n++
		put(c, "person", f.person)
		put(c, "next", f.words.NextPost)
		put(c, "end", f.words.EndPost)
		put(c, "reason", f.words.Reason)
		put(c, "unit", f.words.ReportingUnit)
		put(c, "by", f.words.FilledBy)
		put(c, "filled", f.words.FilledOn)
		put(c, "age", f.words.AgeOn)
		put(c, "reform", f.words.ReformLimit)
		put(c, "due", f.words.DueMonth)
		put(c, "extra", string(extra))
	}
	return c.write(ctx, tx, `insert into appointment_forms (tenant_id, township_id, village_id, person_id, next_post, end_post, reason, reporting_unit,
			filled_by, filled_on, age_on, reform_limit, due_month, extra)
		select p.tenant_id, p.township_id, p.village_id, p.id, x.next_post, x.end_post, x.reason, x.unit, x.filled_by, x.filled_on, x.age_on, x.reform, x.due,
			x.extra::jsonb
		from unnest(@person::bigint[], @next::text[], @end::text[], @reason::text[], @unit::text[], @by::text[], @filled::text[], @age::text[],
			@reform::text[], @due::text[], @extra::text[]) x(person, next_post, end_post, reason, unit, filled_by, filled_on, age_on, reform, due, extra)
		join persons p on p.tenant_id = @tenant and p.id = x.person
		on conflict (tenant_id, person_id) do update set next_post = excluded.next_post, end_post = excluded.end_post, reason = excluded.reason,
			reporting_unit = excluded.reporting_unit, filled_by = excluded.filled_by, filled_on = excluded.filled_on, age_on = excluded.age_on,
			reform_limit = excluded.reform_limit, due_month = excluded.due_month, extra = excluded.extra, version = appointment_forms.version + 1`, n)
}

func (s Store) writePhotos(ctx context.Context, tx *access.Tx, list []*fileChange) error {
	var photos []newPhoto
	for _, f := range list {
		if len(f.picture) > 0 {
			photos = append(photos, newPhoto{f.person, f.name, f.picture})
		}
	}
	return s.setPhotos(ctx, tx, photos)
}
