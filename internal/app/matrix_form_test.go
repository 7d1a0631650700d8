package app_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"touyan/internal/platform/idcard"
)

// plantForms uploads, for everybody who may, the 任免审批表 of somebody of his own unit and of a newcomer.
func (b *builder) plantForms() {
	for member, village := range map[string]string{"district_officer@甲": "A1", "district_officer@乙": "C1", "township_clerk@A": "A1", "township_clerk@B": "B1", "township_clerk@C": "C1"} {
		known := idcard.Make("621202", time.Date(1975, 5, 1+int(b.units[village].village), 0, 0, 0, 0, time.UTC), 0, idcard.Male)
		var packed bytes.Buffer
		z := zip.NewWriter(&packed)
		for i, content := range []string{"<Person><XingMing>王建国</XingMing><JiGuan>甘肃武都</JiGuan><ShenFenZheng>" + known + "</ShenFenZheng></Person>",
			string(uploads["form"].content)} {
			f, err := z.Create(fmt.Sprintf("%d.lrmx", i))
			if err == nil {
				_, err = f.Write([]byte(content))
			}
			if err != nil {
				b.t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			b.t.Fatal(err)
		}
		b.post(member, "/cadres/forms/import", http.StatusSeeOther, url.Values{}, &upload{"file", "全镇.zip", packed.Bytes()})
	}
}
