package cadre

import (
	"context"
	"net/http"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// personProps is the page of one person (一人一档).
type personProps struct {
	Person     Person
	Posts      []Appointment
	Panels     []access.Panel
	History    bool // the posts and panels of other units are shown too
	Moved      bool // the file came from another unit
	Villages   []org.Village
	Townships  []org.Township
	Form       postForm
	Leave      leaveForm // of one post, or of all by death
	Promotion  promoteForm
	LeavePost  int64
	Problems   []ui.Problem
	ID         string // masked, or whole after a reveal
	Phone      string
	Details    Details
	Open       opened // whole values after a reveal
	Sections   []filled
	Timeline   []moment
	Revealed   bool
	Today      time.Time
	Grant      string
	Photo      string // the digest of the photo
	CanWrite   bool
	CanOpen    bool
	Recognised bool // the birth differs from the one in the number
}

func (m *Module) show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p, err := m.load(r, s)
	if fault.Is(err, fault.KindNotFound) {
		// A file that was merged into another one leads there.
		var kept int64
		if e := access.Read(r.Context(), s, func(tx *access.Tx) error {
			kept, err = m.Store.keptInstead(r.Context(), tx, id)
			return err
		}); e != nil {
			return e
		}
		return httpx.SeeOther(w, r, personPath(kept))
	}
	if err != nil {
		return err
	}
	return m.person(w, r, s, personProps{Person: p}, http.StatusOK)
}

// person draws the page; p carries what the caller knows already.
func (m *Module) person(w http.ResponseWriter, r *http.Request, s access.Scope, p personProps, status int) error {
	p.Today, p.Grant, p.CanWrite, p.CanOpen = s.Today(), s.GrantID(), s.Can(PermWrite), s.Can(PermReveal)
	reading := s
	if p.History {
		var err error
		if reading, err = access.ForPerson(r.Context(), s, p.Person.ID); err != nil {
			return err
		}
	}
	if err := access.Read(r.Context(), reading, func(tx *access.Tx) error { return m.fill(r.Context(), tx, &p) }); err != nil {
		return err
	}
	if err := nameUnits(r.Context(), s, p.Posts); err != nil {
		return err
	}
	var err error
	if p.Villages, p.Townships, err = units(r, s); err != nil {
		return err
	}
	number, err := m.Store.IDNumber(s.Tenant(), p.Person)
	if err != nil {
		return err
	}
	p.Recognised = recognised(p.Person, number)
	p.ID, p.Phone = m.Store.MaskedID(s.Tenant(), p.Person), m.Store.MaskedPhone(s.Tenant(), p.Person)
	if p.Revealed {
		if p.ID, err = m.Store.IDNumber(s.Tenant(), p.Person); err != nil {
			return err
		}
		if p.Phone, err = m.Store.keys.Decrypt(s.Tenant(), "cadre.phone", p.Person.PhoneCipher); err != nil {
			return err
		}
		if p.Open, err = m.Store.open(s.Tenant(), p.Details); err != nil {
			return err
		}
	}
	p.Timeline = timeline(p)
	return access.Page(w, r, s, access.View{Title: p.Person.Name, Status: status, Crumbs: listCrumbs, AsOf: s.Today().Format("2006-01-02")}, personPage(p))
}

// fill reads what stands below a person's facts, of the file and of those merged into it.
func (m *Module) fill(ctx context.Context, tx *access.Tx, p *personProps) error {
	var err error
	if p.Posts, err = m.Store.Appointments(ctx, tx, p.Person.ID); err != nil {
		return err
	}
	if p.Photo, err = m.Store.photoDigest(ctx, tx, p.Person.ID); err != nil {
		return err
	}
	if tx.Scope().Level() != pg.District {
		if p.Moved, err = m.Store.cameFromElsewhere(ctx, tx, p.Person.ID); err != nil {
			return err
		}
	}
	if p.Details, err = m.Store.Details(ctx, tx, p.Person.ID); err != nil {
		return err
	}
	for _, section := range sections {
		entries, err := m.Store.entries(ctx, tx, section.Key, p.Person.ID)
		if err != nil {
			return err
		}
		p.Sections = append(p.Sections, filled{section, entries})
	}
	files, err := m.Store.mergedFiles(ctx, tx, p.Person.ID)
	if err != nil {
		return err
	}
	for i, file := range append([]int64{p.Person.ID}, files...) {
		panels, err := access.PersonPanels(ctx, tx, file)
		if err != nil {
			return err
		}
		for _, panel := range panels {
			if i > 0 {
				panel.Title += "(合并前的另一份档案)"
			}
			p.Panels = append(p.Panels, panel)
		}
	}
	return nil
}

// history shows what happened in other units of the district before the file came here; the trail notes it.
func (m *Module) history(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	return m.person(w, r, s, personProps{Person: p, History: true}, http.StatusOK)
}

// reveal shows what is masked once, for a purpose that the trail keeps.
func (m *Module) reveal(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	purpose, err := access.Asking{Act: "查看", What: p.Name + "的完整信息"}.Purpose(r.PostForm.Get("purpose"))
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		tx.Audit(access.Line{Action: "cadre.reveal", Object: "persons", ID: p.ID, Person: p.ID, Summary: "查看" + p.Name + "完整的证件、联系方式、一卡通、家庭成员和处分", Reason: purpose})
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return m.person(w, r, s, personProps{Person: p, Revealed: true}, http.StatusOK)
}

// move files a person under another village of the same township; another township asks by 调入.
func (m *Module) move(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var f struct {
		Village int64 `form:"village"`
	}
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		v, err := org.Store{}.Village(r.Context(), tx, f.Village)
		if err != nil {
			return err
		}
		if v.TownshipID != p.TownshipID {
			return fault.Conflict("跨乡镇(街道)调动请由调入单位在“调入调出”中发起申请")
		}
		return m.Store.Move(r.Context(), tx, p, v)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已调整档案所在村(社区)")
	return httpx.SeeOther(w, r, personPath(p.ID))
}
