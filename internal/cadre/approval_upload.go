package cadre

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/lrmx"
	"touyan/internal/platform/portrait"
)

// Limits on a zip of forms, checked while it is unpacked: its directory may lie.
const (
	maxForms         = 3000
	maxFormsUnpacked = 128 << 20
)

// formFile is one form of an upload with what it would do to the register.
type formFile struct {
	Name        string
	Form        lrmx.Form
	Notes       []lrmx.Note
	Problem     string // why it cannot be used; empty if it can
	Card        idcard.Card
	Person      int64 // of the register, 0 for a new one
	PersonName  string
	Village     org.Village // of a new person, where the form names one
	Differences []formDifference
	change      fileChange // of a registered person, with nothing accepted yet
}

// New reports whether the form is of somebody who is not registered.
func (f formFile) New() bool { return f.Problem == "" && f.Person == 0 }

// acceptable counts the differences that can be taken over.
func (f formFile) acceptable() (n int) {
	for _, d := range f.Differences {
		if d.Acceptable() {
			n++
		}
	}
	return n
}

// packForms makes one upload of several files, such as all of a folder, so that what follows knows two shapes only: a form
// and a zip.
func packForms(files []httpx.Upload) (httpx.Upload, error) {
	if len(files) == 1 {
		return files[0], nil
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(path.Base(f.Name))
		if err != nil {
			return httpx.Upload{}, err
		}
		if _, err := w.Write(f.Data); err != nil {
			return httpx.Upload{}, err
		}
	}
	err := z.Close()
	return httpx.Upload{Name: strconv.Itoa(len(files)) + "份文件", Data: b.Bytes()}, err
}

// unpackForms reads a form, or a zip of them. It refuses an archive that is unsafe or holds no form; a form that cannot be
// read is named and the others go on.
func unpackForms(name string, data []byte) ([]formFile, error) {
	if !bytes.HasPrefix(data, []byte("PK")) {
		f := readFormFile(path.Base(name), bytes.NewReader(data))
		if f.Problem != "" {
			return nil, fault.Invalid("%s", f.Problem)
		}
		return []formFile{f}, nil
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fault.Because(fault.Invalid("压缩包已损坏或不是.zip格式,请重新压缩"), err)
	}
	if len(z.File) > maxForms {
		return nil, fault.TooLarge("压缩包中有%d个文件,一次最多%d个,请分批导入", len(z.File), maxForms)
	}
	var list []formFile
	left := &remaining{n: maxFormsUnpacked}
	for _, entry := range z.File {
		entryName := readable(entry)
		if climbs(entryName) {
			return nil, fault.Invalid("压缩包中有不安全的路径,为安全起见不予读取")
		}
		base := path.Base(entryName)
		switch {
		case entry.FileInfo().IsDir() || strings.HasSuffix(entryName, "/"), strings.HasPrefix(entryName, "__MACOSX/"), strings.HasPrefix(base, "."),
			strings.EqualFold(base, "Thumbs.db"), strings.EqualFold(base, "desktop.ini"):
			continue
		case entry.Flags&1 != 0:
			return nil, fault.Invalid("压缩包设有密码,请去掉密码后重新压缩")
		case !strings.EqualFold(path.Ext(base), ".lrmx"):
			list = append(list, formFile{Name: entryName, Problem: "不是.lrmx文件"})
			continue
		}
		f, err := readEntry(entryName, entry, left)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	if len(list) == 0 {
		return nil, fault.Invalid("压缩包中没有.lrmx文件")
	}
	return list, nil
}

func readEntry(name string, entry *zip.File, left *remaining) (formFile, error) {
	r, err := entry.Open()
	if err != nil {
		return formFile{Name: name, Problem: "压缩包中的这个文件已损坏"}, nil
	}
	defer r.Close()
	f := readFormFile(name, io.TeeReader(r, left))
	if left.n < 0 {
		return f, fault.TooLarge("压缩包解压后过大,请分批导入")
	}
	return f, nil
}

// remaining counts down what may still be unpacked.
type remaining struct{ n int64 }

// Write counts and ends the reading once too much has come.
func (l *remaining) Write(p []byte) (int, error) {
	if l.n -= int64(len(p)); l.n < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func readFormFile(name string, r io.Reader) formFile {
	f := formFile{Name: name}
	var err error
	if f.Form, f.Notes, err = lrmx.Read(r); err != nil {
		f.Problem = "压缩包中的这个文件已损坏"
		if refused := fault.Of(err); refused.Kind != fault.KindInternal {
			f.Problem = refused.Sentence
		}
	}
	return f
}

// readable is the name of an entry with / between its parts; archives of Windows name their entries in GB 18030.
func readable(entry *zip.File) string {
	name := entry.Name
	if !utf8.ValidString(name) {
		if text, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = text
		}
		name = strings.ToValidUTF8(name, "?")
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// climbs reports whether a path would lead out of the folder into which an archive is unpacked.
func climbs(name string) bool {
	return strings.HasPrefix(name, "/") || strings.Contains(name, ":") || slices.Contains(strings.Split(name, "/"), "..")
}

// identifyForms finds for every form whose it is, and what is wrong with it. The result are the forms of people who are
// registered, by their keys.
func (s Store) identifyForms(ctx context.Context, tx *access.Tx, files []formFile) (map[int64]*formFile, error) {
	today := tx.Scope().Today()
	byNumber := map[string]int{}
	var indexes [][]byte
	for i := range files {
		f := &files[i]
		if f.Problem != "" {
			continue
		}
		var err error
		if f.Card, err = idcard.Parse(f.Form.ShenFenZheng, today); err != nil {
			f.Problem = "身份证号:" + fault.Of(err).Sentence
			continue
		}
		f.Notes = append(f.Notes, lrmx.Check(f.Form, today)...)
		if first, twice := byNumber[f.Card.Number]; twice {
			f.Problem = "与" + files[first].Name + "的身份证号相同"
			files[first].Problem = "与" + f.Name + "的身份证号相同"
			continue
		}
		byNumber[f.Card.Number] = i
		indexes = append(indexes, IDIndex(s.keys, tx.Tenant(), f.Card.Number))
	}
	registered, err := knownBy(ctx, tx, indexes, [][]byte{}, []string{})
	if err != nil {
		return nil, err
	}
	at := map[int64]*formFile{}
	for i := range files {
		f := &files[i]
		if f.Problem != "" {
			continue
		}
		name := TidyName(f.Form.XingMing)
		switch k := registered.byNumber[string(IDIndex(s.keys, tx.Tenant(), f.Card.Number))]; {
		case k == nil:
			if err := CheckName(name); err != nil {
				f.Problem = fault.Of(err).Sentence
			} else {
				f.Notes = append(f.Notes, lackingIn(fileOf(f.Form), f.Form)...)
			}
		case !k.InScope:
			f.Problem = "该身份证号已登记,请发起调入申请"
		case k.Name != name:
			f.Problem = "该身份证号在花名册中登记的姓名不同,请核对;确需更名的请先在干部信息中修改"
		default:
			f.Person, f.PersonName, at[k.ID] = k.ID, k.Name, f
		}
	}
	return at, nil
}

// compareForms finds also what every form says otherwise than the register. Files are compared a few at a time, since those
// of the register carry their photos.
func (s Store) compareForms(ctx context.Context, tx *access.Tx, files []formFile) error {
	today := tx.Scope().Today()
	at, err := s.identifyForms(ctx, tx, files)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(at)), formsChunk) {
		chunk, err := s.approvals(ctx, tx, part, today)
		if err != nil {
			return err
		}
		for _, a := range chunk {
			f := at[a.ID]
			f.Differences = a.compare(f.Form)
			f.change = fileChange{person: a.ID, version: a.Person.Version, name: a.Name, words: a.Words}
		}
	}
	return nil
}

// lackingIn names what the file of a new person needs and the form does not say, or not so that the register can keep it.
func lackingIn(a approval, f lrmx.Form) (notes []lrmx.Note) {
	say := func(element, sentence string) { notes = append(notes, lrmx.Note{Element: element, Sentence: sentence}) }
	if a.Person.Education == "" {
		say("QuanRiZhiJiaoYu_XueLi", "没有填写或无法识别,导入后请补充最高学历")
	}
	if a.Political == "" {
		say("RuDangShiJian", "没有填写,导入后请补充政治面貌")
	}
	for _, element := range []string{"JianLi", "JiangChengQingKuang", "NianDuKaoHeJieGuo"} {
		if a.Words.Extra.Texts[element] != "" {
			say(element, "不能逐条识别,只按原文保留在审批表中,导入后请在档案中逐条登记")
		}
	}
	if n := len(f.JiaTingChengYuan) - len(a.Family); n > 0 {
		say("JiaTingChengYuan", strconv.Itoa(n)+"人没有称谓或姓名,导入时略去")
	}
	if err := portrait.Check(a.Photo); len(a.Photo) > 0 && err != nil {
		say("ZhaoPian", fault.Of(err).Sentence+",导入时略去")
	}
	return notes
}

// villageNamed finds the one village of the scope that a post names: 安化镇司林山村党支部书记.
func villageNamed(villages []org.Village, towns map[int64]string, post string) (found org.Village) {
	for _, v := range villages {
		if !strings.Contains(post, v.Name) || len(v.Name) < len(found.Name) {
			continue
		}
		named := strings.Contains(post, towns[v.TownshipID]+v.Name)
		switch {
		case len(v.Name) > len(found.Name):
			found = v
		case named:
			found = v
		case !strings.Contains(post, towns[found.TownshipID]+found.Name):
			return org.Village{} // two villages of one name, and no township says which
		}
	}
	return found
}
