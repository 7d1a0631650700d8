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
	}
}

// keepPapers gives their keys names.
func (b *builder) keepPapers() {
	const at = ` join place p using (tenant_id, township_id, village_id) `
	for kind, of := range map[string]string{"paper": "education", "secret": "identity"} {
		b.keep(kind, `select p.name, x.id::text from attachments x`+at+`where x.kind = $1`, of)
	}
}
