package cadre_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// certificate is a small PDF that differs by its words.
func certificate(words string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n" + words + "\ntrailer<<>>\n%%EOF\n")
}

// attach uploads a paper and gives its path.
func attach(c *testkit.Client, person, kind, name string, content []byte) string {
	a := c.PostFile(person+"/attachments", url.Values{"kind": {kind}, "note": {"正面"}}, "file", name, content)
	if a.Status != http.StatusSeeOther {
		return ""
	}
	for _, form := range c.Get(person + "/attachments").Doc().All(`form[action$="/remove"]`) {
		return strings.TrimSuffix(form.Attr("action"), "/remove") // the newest stands first
	}
	return ""
}

func TestAPaperIsKeptSealedAndOpenedByWhoMay(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王㛃·𬭎", number(born(1985, 2, 14), 1, idcard.Male))
	twin := h.person("A2", "王㛃·𬭎", number(born(1985, 2, 14), 2, idcard.Male))
	clerk, finance := h.As(access.TownshipClerk, "A"), h.As(access.TownshipFinance, "A")
	diploma := attach(clerk, path, "education", "王㛃·𬭎 毕业证.pdf", certificate("甘肃农业大学"))
	identity := attach(clerk, path, "identity", "身份证.pdf", certificate("公民身份号码"))
	if diploma == "" || identity == "" || diploma == identity {
		t.Fatal("the papers were not kept")
	}
	if n := h.Count(`select count(*) from attachments where content::text like '%' || encode('甘肃农业大学', 'hex') || '%'`); n != 0 {
		t.Error("the content stands in clear")
	}
	a := finance.Post(diploma+"/open", nil).Want(http.StatusOK)
	if !bytes.Equal(a.Body, certificate("甘肃农业大学")) {
		t.Errorf("the paper came back as %q", a.Body)
	}
	for name, want := range map[string]string{"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
		"Content-Disposition":     "attachment; filename*=UTF-8''" + url.PathEscape("王㛃·𬭎 毕业证.pdf")} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	// A personal paper asks for the permission to reveal and for a purpose.
	clerk.Post(identity+"/open", nil).Want(http.StatusForbidden)
	finance.Post(identity+"/reveal", url.Values{"purpose": {"核对"}}).Want(http.StatusForbidden)
	if text := clerk.Post(identity+"/reveal", url.Values{"purpose": {" "}}).Want(http.StatusUnprocessableEntity).Doc().Text(".field-error"); text != "请填写用途" {
		t.Errorf("without a purpose: %q", text)
	}
	if got := clerk.Post(identity+"/reveal", url.Values{"purpose": {"核对证件"}}).Want(http.StatusOK); !bytes.Equal(got.Body, certificate("公民身份号码")) {
		t.Error("the identity paper came back changed")
	}
	if n := h.Count(`select count(*) from audit_log where action = 'cadre.attachment.open' and person_id = $1`, key(path)) +
		10*h.Count(`select count(*) from audit_log where action = 'cadre.attachment.open' and reason = '核对证件' and detail->>'kind' = 'identity'`); n != 12 {
		t.Errorf("the trail of openings: %d", n)
	}
	// Nobody else's, and not under another person's file.
	for _, c := range []*testkit.Client{h.As(access.TownshipClerk, "B"), h.As(access.DistrictOfficer, "乙")} {
		c.Get(path + "/attachments").Want(http.StatusNotFound)
		c.Post(diploma+"/open", nil).Want(http.StatusNotFound)
		c.Post(identity+"/reveal", url.Values{"purpose": {"x"}}).Want(http.StatusNotFound)
		c.Post(diploma+"/remove", url.Values{"reason": {"x"}}).Want(http.StatusNotFound)
		c.PostFile(path+"/attachments", url.Values{"kind": {"other"}}, "file", "x.pdf", certificate("x")).Want(http.StatusNotFound)
	}
	clerk.Post(twin+strings.TrimPrefix(diploma, path)+"/open", nil).Want(http.StatusNotFound)
	finance.PostFile(path+"/attachments", url.Values{"kind": {"other"}}, "file", "x.pdf", certificate("x")).Want(http.StatusForbidden)
	if n := h.Count(`select count(*) from attachments`); n != 2 {
		t.Fatalf("%d papers", n)
	}
	// The same content twice, and a form that is sent twice, are stored once.
	again := clerk.PostFile(path+"/attachments", url.Values{"kind": {"education"}}, "file", "毕业证2.pdf", certificate("甘肃农业大学")).Want(http.StatusConflict)
	if text := again.Doc().Text("#file-error"); !strings.Contains(text, "已经上传过(王㛃·𬭎 毕业证.pdf)") {
		t.Errorf("twice: %q", text)
	}
	// Removing asks for a reason and leaves its line; the paper of a change request stays.
	if text := clerk.Post(diploma+"/remove", nil).Want(http.StatusUnprocessableEntity).Doc().Text(".field-error"); text != "请填写删除原因" {
		t.Errorf("removal without a reason: %q", text)
	}
	h.Exec(`insert into change_requests (tenant_id, township_id, village_id, person_id, person_name, field, new_sealed, new_text, attachment_id, reason,
			requested_by, requested_holder, requested_at)
		select tenant_id, township_id, village_id, person_id, '王', 'bank', 'x', 'x', id, '换卡', '王', 1, now() from attachments where kind = 'identity'`)
	if text := clerk.Post(identity+"/remove", url.Values{"reason": {"误传"}}).Want(http.StatusConflict).Doc().Text(".notice"); !strings.Contains(text, "是更正申请的依据,不能删除") {
		t.Errorf("removal of evidence: %q", text)
	}
	clerk.Post(diploma+"/remove", url.Values{"reason": {"误传"}}).Want(http.StatusSeeOther)
	clerk.Post(diploma+"/remove", url.Values{"reason": {"误传"}}).Want(http.StatusNotFound)
	if n := h.Count(`select count(*) from attachments`) + 10*h.Count(`select count(*) from audit_log where action = 'cadre.attachment.remove' and reason = '误传'`); n != 11 {
		t.Errorf("after the removal: %d", n)
	}
}

func TestAPaperThatIsNotWhatItsNameSaysIsRefused(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	clerk := h.As(access.TownshipClerk, "A")
	for sentence, c := range map[string]struct {
		name    string
		content []byte
	}{
		"内容是网页": {"毕业证.jpg", []byte("<html><script>alert(1)</script></html>")},
		"两个扩展名": {"毕业证.pdf.exe.pdf", certificate("x")},
		"是压缩包":  {"毕业证.png", []byte("PK\x03\x04")},
		"已损坏":   {"毕业证.docx", []byte("PK\x03\x04nothing")},
		"只能上传":  {"毕业证.html", []byte("<html>")},
		"10MB":  {"毕业证.pdf", append(certificate("x"), make([]byte, 10<<20)...)},
		"空的":    {"毕业证.pdf", nil},
	} {
		doc := clerk.PostFile(path+"/attachments", url.Values{"kind": {"education"}, "note": {"第一页"}}, "file", c.name, c.content).
			Want(http.StatusUnprocessableEntity).Doc()
		if text := doc.Text("#file-error"); !strings.Contains(text, sentence) {
			t.Errorf("%s: %q, want %q", c.name, text, sentence)
		}
		if doc.One("#f-note").Attr("value") != "第一页" || !doc.Has(`#f-kind option[value=education][selected]`) {
			t.Error("what was typed is lost")
		}
	}
	clerk.PostFile(path+"/attachments", url.Values{"kind": {"nonsense"}}, "file", "毕业证.pdf", certificate("x")).Want(http.StatusUnprocessableEntity)
	clerk.Post(path+"/attachments", url.Values{"kind": {"education"}}).Want(http.StatusUnprocessableEntity)
	clerk.PostFile(path+"/attachments", url.Values{"kind": {"education"}}, "file", "毕业证.pdf", make([]byte, 21<<20)).Want(http.StatusRequestEntityTooLarge)
	if n := h.Count(`select count(*) from attachments`) + h.Count(`select count(*) from audit_log where action like 'cadre.attachment%'`); n != 0 {
		t.Errorf("%d rows of refused papers", n)
	}
	h.Exec(`insert into attachments (tenant_id, township_id, village_id, person_id, kind, file_name, media_type, size, digest, content, uploaded_by, uploaded_at)
		select tenant_id, township_id, village_id, id, 'other', 'x.pdf', 'application/pdf', 1, n::text, 'x', '王', now() from persons, generate_series(1, 50) n`)
	if text := clerk.PostFile(path+"/attachments", url.Values{"kind": {"other"}}, "file", "第51个.pdf", certificate("y")).Want(http.StatusConflict).Doc().Text("#file-error"); !strings.Contains(text, "最多保存50个") {
		t.Errorf("the 51st: %q", text)
	}
	clerk.Post(path+"/void", url.Values{"reason": {"误录"}}).Want(http.StatusSeeOther)
	clerk.PostFile(path+"/attachments", url.Values{"kind": {"other"}}, "file", "作废后.pdf", certificate("z")).Want(http.StatusNotFound)
}

func TestAPhotoIsShownWithTheFileAndOnlyThere(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	clerk := h.As(access.TownshipClerk, "A")
	if doc := clerk.Get(path).Doc(); !doc.Has(".photo-none") || doc.Has("img.photo") {
		t.Error("without a photo there is no place for it")
	}
	clerk.Get(path + "/photo").Want(http.StatusNotFound)
	var wide, bomb bytes.Buffer
	if err := png.Encode(&wide, image.NewGray(image.Rect(0, 0, 900, 600))); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&bomb, image.NewGray(image.Rect(0, 0, 12000, 12000))); err != nil || bomb.Len() > 5<<20 {
		t.Fatal(err, bomb.Len())
	}
	for sentence, content := range map[string][]byte{"像素过大": bomb.Bytes(), "JPG 或 PNG": certificate("x"), "5MB": make([]byte, 6<<20)} {
		if text := clerk.PostFile(path+"/photo", nil, "photo", "照片.jpg", content).Want(http.StatusUnprocessableEntity).Doc().Text("#photo-error"); !strings.Contains(text, sentence) {
			t.Errorf("want %q: %q", sentence, text)
		}
	}
	clerk.Post(path+"/photo", nil).Want(http.StatusUnprocessableEntity)
	h.As(access.TownshipClerk, "B").PostFile(path+"/photo", nil, "photo", "照片.png", wide.Bytes()).Want(http.StatusNotFound)
	if n := h.Count(`select count(*) from photos`); n != 0 {
		t.Fatal("a refused photo was kept")
	}
	for range 2 { // twice is once
		clerk.PostFile(path+"/photo", url.Values{"cut": {"head"}}, "photo", "照片.png", wide.Bytes()).Want(http.StatusSeeOther)
	}
	src := clerk.Get(path).Doc().One("img.photo").Attr("src")
	a := clerk.Get(src).Want(http.StatusOK)
	if m, err := jpeg.Decode(bytes.NewReader(a.Body)); err != nil || m.Bounds().Dx() != 413 || m.Bounds().Dy() != 579 || h.Count(`select count(*) from photos`) != 1 {
		t.Errorf("the photo: %v", err)
	}
	if a.Header.Get("Content-Type") != "image/jpeg" || a.Header.Get("Cache-Control") != "private, no-cache" || a.Header.Get("ETag") == "" {
		t.Errorf("headers: %v", a.Header)
	}
	for _, c := range []*testkit.Client{h.As(access.TownshipClerk, "B"), h.As(access.DistrictOfficer, "乙")} {
		c.Get(path + "/photo").Want(http.StatusNotFound)
		c.Post(path+"/photo/remove", nil).Want(http.StatusNotFound)
	}
	h.As(access.TownshipLeader, "A").Post(path+"/photo/remove", nil).Want(http.StatusForbidden)
	clerk.Post(path+"/photo/remove", nil).Want(http.StatusSeeOther)
	clerk.Get(path + "/photo").Want(http.StatusNotFound)
	if n := h.Count(`select count(*) from audit_log where action like 'cadre.photo%' and person_id = $1`, key(path)); n != 3 {
		t.Errorf("%d lines of the photo", n)
	}
}
