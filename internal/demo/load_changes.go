package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// paperOf is a page of a PDF that says what it is: the evidence of a request needs a file that opens.
const paperOf = "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%%% %s\n%%%%EOF\n"

// changes asks for corrections of the date of joining the Party: one waits for the township, one for the district, and one
// came back.
func (w *loading) changes(ctx context.Context) error {
	states := []string{"submitted", "township_checked", "rejected"}
	for i := range w.d.Townships {
		desk := w.d.desk(i)
		clerk, leader, officer := w.users[desk+"-clerk"], w.users[desk+"-leader"], w.users[w.d.head()+"-officer"]
		if w.d.Townships[i].Code != draftTownship && w.d.Townships[i].Code != returnedTownship {
			continue
		}
		asked := 0
		for _, p := range w.d.People {
			if asked == len(states) || p.ending || w.d.Villages[p.Village].Township != i || p.Political != member || p.Posts[0].Position != branch && p.Posts[0].Position != deputy {
				continue
			}
			if err := w.change(ctx, p, states[asked], clerk, leader, officer); err != nil {
				return err
			}
			asked++
		}
	}
	return nil
}

func (w *loading) change(ctx context.Context, p *Person, state string, clerk, leader, officer user) error {
	tenant, unit := w.tx.Tenant(), w.d.Townships[w.d.Villages[p.Village].Township].Name
	old, wanted := p.PartyJoin.Format("2006-01"), p.PartyJoin.AddDate(0, 2, 0).Format("2006-01")
	content := fmt.Sprintf(paperOf, "membership record, invented")
	digest := sha256.Sum256([]byte(content))
	seal := func(month string) []byte { return w.keys.Encrypt(tenant, "cadre.change", `{"text":"`+month+`"}`) }
	at := w.now.AddDate(0, 0, -3)
	later := func(yes bool, hours int) any {
		if !yes {
			return nil
		}
		return at.Add(time.Duration(hours) * time.Hour)
	}
	named := func(yes bool, u user, unit string) (string, any) {
		if !yes {
			return "", nil
		}
		return u.name + "(" + unit + ")", -u.id
	}
	checkedBy, checkedHolder := named(state != "submitted", leader, unit)
	decidedBy, decidedHolder := named(state == "rejected", officer, w.d.Name)
	answer := ""
	if state == "rejected" {
		answer = "入党志愿书复印件看不清日期,请重新上传"
	}
	_, err := w.tx.Exec(ctx, `with paper as (insert into attachments (tenant_id, township_id, village_id, person_id, kind, file_name, media_type, size, digest, content,
				uploaded_by, uploaded_at)
			values ($1, $2, $3, $4, 'party', '入党志愿书.pdf', 'application/pdf', $5, $6, $7, $8, $9) returning id)
		insert into change_requests (tenant_id, township_id, village_id, asked_township_id, person_id, person_name, field, old_sealed, new_sealed, old_text, new_text,
			attachment_id, reason, state, requested_by, requested_holder, requested_at, checked_by, checked_holder, checked_at, decided_by, decided_holder,
			decided_at, answer)
		select $1, $2, $3, $2, $4, $10, 'party_join', $11, $12, $13, $14, id, '录入时看错月份', $15, $16, $17, $9, $18, $19, $20, $21, $22, $23, $24 from paper`,
		w.of(p, len(content), hex.EncodeToString(digest[:]), w.keys.Encrypt(tenant, "cadre.attachment", content), clerk.name, at, p.Name, seal(old), seal(wanted), old,
			wanted, state, clerk.name+"("+unit+")", -clerk.id, checkedBy, checkedHolder, later(state != "submitted", 5), decidedBy, decidedHolder,
			later(state == "rejected", 26), answer)...)
	return err
}
