package cadre

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
)

// outcome counts what a term change did to a township.
type outcome struct {
	Villages, Ended, Stayed, Left, Moved, Entered, Posts, Files int
}

func (o *outcome) count(c Choice) {
	switch c.Decision {
	case Stay:
		o.Stayed++
	case Leave:
		o.Left++
	case Shift:
		o.Moved++
	case Enter:
		o.Entered++
		if c.PersonID == nil {
			o.Files++
		}
	}
	if c.AppointmentID != nil {
		o.Ended++
	}
	if c.gets() != "" {
		o.Posts++
	}
}

// outcomeOf says beforehand what would be done.
func outcomeOf(ballots []ballot) (o outcome) {
	files := map[string]bool{}
	for _, b := range ballots {
		if b.applied() {
			continue
		}
		o.Villages++
		for _, c := range b.Rows {
			o.count(c)
			if c.Decision == Enter && c.PersonID == nil {
				files[c.who()] = true
			}
		}
	}
	o.Files = len(files)
	return o
}

func (o outcome) String() string {
	return fmt.Sprintf("%d个村(社区):结束任职%d条,新任职%d条(连任%d、转任%d、新任%d),届满离任%d,新建档案%d份", o.Villages, o.Ended, o.Posts, o.Stayed, o.Moved, o.Entered, o.Left, o.Files)
}

// applyRound carries out what all villages of a township decided, in the caller's one transaction: old posts end on the day
// before the election, those who stay begin anew, newcomers get files. It refuses everything if the check finds an error.
func (st Store) applyRound(ctx context.Context, tx *access.Tx, r Round, t org.Township) (outcome, error) {
	var o outcome
	ballots, err := st.ballots(ctx, tx, r, t.ID, 0, true)
	if err != nil {
		return o, err
	}
	for _, b := range ballots {
		if b.applied() {
			return o, fault.Conflict("%s的换届任免已经应用,没有重复应用;个别更正请在“任免变动”中办理", t.Name)
		}
		if b.Draft != nil && b.Draft.SavedHolder == tx.Scope().Holder() {
			return o, fault.Conflict("%s由您填写,请由乡镇(街道)组织委员或区委组织部另一位同志核对后应用", b.Village.Name)
		}
	}
	known, err := st.facts(ctx, tx, ballots)
	if err != nil {
		return o, err
	}
	if n := errorsIn(check(r, t.ID, ballots, known, tx.Scope().Today())); n > 0 {
		return o, fault.Conflict("检查还有%d个问题,没有应用任何一个村。请逐个改正后再应用", n)
	}
	o = outcomeOf(ballots)
	if err := st.makeFiles(ctx, tx, ballots); err != nil {
		return o, err
	}
	if err := st.endTerms(ctx, tx, ballots); err != nil {
		return o, err
	}
	if err := st.beginTerms(ctx, tx, r, ballots); err != nil {
		return o, err
	}
	if err := st.closeDrafts(ctx, tx, r, t); err != nil {
		return o, err
	}
	tx.Audit(access.Line{Action: "cadre.election", Object: "election_rounds", ID: r.ID, Summary: r.Name + ",应用" + t.Name + o.String(),
		Detail: map[string]any{"township": t.ID, "villages": o.Villages, "ended": o.Ended, "begun": o.Posts, "stayed": o.Stayed, "left": o.Left,
			"moved": o.Moved, "entered": o.Entered, "files": o.Files, "sha256": digestOf(ballots)}})
	return o, nil
}

// digestOf is a digest over everything that was decided, so that the one line of the trail stands for all of it.
func digestOf(ballots []ballot) string {
	sum := sha256.New()
	for _, b := range ballots {
		for _, c := range b.Rows {
			fmt.Fprintln(sum, b.Village.ID, id64(c.AppointmentID), id64(c.PersonID), c.PersonName, c.Decision, c.ToPosition, c.Terms)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// makeFiles gives newcomers their files; one who enters two posts gets one.
func (st Store) makeFiles(ctx context.Context, tx *access.Tx, ballots []ballot) error {
	made := map[string]int64{}
	for _, b := range ballots {
		for i := range b.Rows {
			c := &b.Rows[i]
			if c.PersonID != nil {
				continue
			}
			id, ok := made[c.who()]
			if !ok {
				number, err := st.keys.Decrypt(tx.Tenant(), "cadre.id_number", c.IDCipher)
				if err != nil {
					return err
				}
				card, err := idcard.Parse(number, tx.Scope().Today())
				if err != nil {
					return err
				}
				f := fields{Name: c.PersonName, ID: card, Ethnic: "01", Political: c.Political, Education: c.Education, Details: Details{Origins: []string{}}}
				if id, err = st.insert(ctx, tx, f, b.Village.TownshipID, b.Village.ID); err != nil {
					return err
				}
				made[c.who()] = id
			}
			c.PersonID = &id
			if _, err := tx.Exec(ctx, `update election_rows set person_id = @person, id_cipher = null, id_index = null where tenant_id = @tenant and id = @id`,
				pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": id, "id": c.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// endTerms ends every post of the old teams on the day before the election of its body.
func (Store) endTerms(ctx context.Context, tx *access.Tx, ballots []ballot) error {
	ids, days, docs := []int64{}, []time.Time{}, []string{}
	for _, b := range ballots {
		for _, s := range b.Seats {
			ids, days, docs = append(ids, s.ID), append(days, *b.day(s.Position)), append(docs, b.Draft.DocNo)
		}
	}
	tag, err := tx.Exec(ctx, `update appointments a set during = daterange(lower(a.during), e.day), way_out = 'term_end', out_doc_no = e.doc, version = a.version + 1
		from unnest(@ids::bigint[], @days::date[], @docs::text[]) e(id, day, doc)
		where a.tenant_id = @tenant and a.id = e.id and upper_inf(a.during)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids, "days": days, "docs": docs})
	if err == nil && tag.RowsAffected() != int64(len(ids)) {
		return fault.Conflict("班子成员的任职刚有变动,没有应用任何一个村,请重新检查")
	}
	return err
}

// beginTerms writes the posts of the new teams.
func (Store) beginTerms(ctx context.Context, tx *access.Tx, r Round, ballots []ballot) error {
	batch := &pgx.Batch{}
	for _, b := range ballots {
		for _, c := range b.Rows {
			post := c.gets()
			if post == "" {
				continue
			}
			old := seat{ManagementType: "ordinary", PayScheme: "village", IsPaid: true}
			if c.AppointmentID != nil {
				old, _ = b.seat(*c.AppointmentID)
			}
			old = old.under(c)
			batch.Queue(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, management_type,
					pay_scheme, is_paid, during, way_in, doc_no, term_no, contract_ends_on, service_years)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, daterange($11::date, null), 'election', $12, $13, $14, $15)`, tx.Tenant(),
				b.Village.TownshipID, b.Village.ID, *c.PersonID, c.PersonName, c.Sex, post, old.ManagementType, old.PayScheme, old.IsPaid,
				*b.day(post), b.Draft.DocNo, r.TermNo, old.ContractEndsOn, old.ServiceYears)
		}
	}
	return tx.SendBatch(ctx, batch).Close()
}

// under gives the management and pay that a line chose; who stays keeps all of it, the contract too.
func (s seat) under(c Choice) seat {
	if c.Decision == Stay || c.Terms == "keep" {
		return s
	}
	switch c.Terms {
	case "professional":
		return seat{ManagementType: "professional", PayScheme: "institution", IsPaid: true}
	case "none":
		return seat{ManagementType: "ordinary", PayScheme: "none"}
	}
	return seat{ManagementType: "ordinary", PayScheme: "village", IsPaid: true}
}

// closeDrafts closes the villages and copies what figures need of the people, as they are on this day.
func (Store) closeDrafts(ctx context.Context, tx *access.Tx, r Round, t org.Township) error {
	s := tx.Scope()
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "round": r.ID, "township": t.ID}
	_, err := tx.Exec(ctx, `update election_rows r set sex = p.sex, birth_date = p.birth_date, education = p.education, political = p.political
		from persons p where p.tenant_id = @tenant and p.id = r.person_id and r.tenant_id = @tenant and r.round_id = @round and r.township_id = @township`, args)
	if err != nil {
		return err
	}
	args["by"], args["now"] = s.Name(), s.Now()
	_, err = tx.Exec(ctx, `update election_drafts set applied_by = @by, applied_at = @now, version = version + 1
		where tenant_id = @tenant and round_id = @round and township_id = @township`, args)
	return err
}
