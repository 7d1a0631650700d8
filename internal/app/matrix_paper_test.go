package app_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
)

// picture is a photo as a camera makes it.
func picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 350, 490))); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}

// plantPapers gives the first person of every village a photo, a paper that anybody who reads the file may open, and one that shows
// what lists mask.
func (b *builder) plantPapers() {
	for _, v := range []struct{ village, district string }{{"A1", "甲"}, {"A2", "甲"}, {"B1", "甲"}, {"C1", "乙"}} {
		officer, photo := "district_officer@"+v.district, uploads["photo"]
		person := fmt.Sprintf("/cadres/%d", b.one(`select min(id) from persons where tenant_id = $1 and village_id = $2 and name = '王建国'`,
			b.units[v.village].tenant, b.units[v.village].village))
		b.post(officer, person+"/photo", http.StatusSeeOther, url.Values{}, &photo)
		for _, kind := range []string{"education", "identity"} {
			b.post(officer, person+"/attachments", http.StatusSeeOther, url.Values{"kind": {kind}},
				&upload{"file", kind + ".pdf", []byte("%PDF-1.7\n" + kind + "\n%%EOF\n")})
		}
		// Two requests that others have made: one waits for the township, one for the district.
		tenant := b.units[v.village].tenant
		for field, value := range map[string]string{"party_join": `{"text":"2010-07"}`, "bank": `{"text":"6217003860000000008","bank":"中国银行"}`} {
			b.exec(`insert into change_requests (tenant_id, township_id, village_id, asked_township_id, person_id, person_name, field, new_sealed, new_text,
					attachment_id, reason, requested_by, requested_holder, requested_at, state, checked_by, checked_holder, checked_at)
				select x.tenant_id, x.township_id, x.village_id, x.township_id, x.person_id, '王建国', $3::text, $4::bytea, '新值', x.id, '抄错', '王建国', -1, now(),
					case $3 when 'bank' then 'township_checked' else 'submitted' end, case $3 when 'bank' then '李秀英' else '' end,
					case $3 when 'bank' then -2 end, case $3 when 'bank' then now() end
				from attachments x where x.tenant_id = $1 and x.village_id = $2 and x.kind = 'identity'`,
				tenant, b.units[v.village].village, field, b.keys.Encrypt(tenant, "cadre.change", value))
		}
	}
}

// keepPapers gives their keys names.
func (b *builder) keepPapers() {
	const at = ` join place p using (tenant_id, township_id, village_id) `
	for kind, of := range map[string]string{"paper": "education", "secret": "identity"} {
		b.keep(kind, `select p.name, x.id::text from attachments x`+at+`where x.kind = $1`, of)
	}
	for kind, state := range map[string]string{"change": "submitted", "checked": "township_checked"} {
		b.keep(kind, `select p.name, x.id::text from change_requests x`+at+`where x.state = $1`, state)
	}
}
