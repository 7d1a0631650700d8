package xlsx

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// openCSV accepts text with columns: UTF-8 with or without its mark, UTF-16 with a mark (the "Unicode text" of Excel)
// and GB18030, which contains GBK and is what a Chinese Excel writes.
func openCSV(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	data, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, damaged(err)
	}
	text := data
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		text = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		text, err = decode(xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM), data)
	case !utf8.Valid(data):
		text, err = decode(simplifiedchinese.GB18030, data)
	}
	if err != nil || !isText(text) {
		return nil, problem(err, "无法识别的文件,请上传 .xlsx 表格(或 .csv 文本)")
	}
	return &Book{limits: limits, csv: text, comma: delimiter(text), sheets: []sheetEntry{{name: "CSV"}}}, nil
}

func decode(e encoding.Encoding, data []byte) ([]byte, error) {
	text, err := e.NewDecoder().Bytes(data)
	if err == nil && bytes.ContainsRune(text, utf8.RuneError) {
		return nil, errors.New("undecodable bytes")
	}
	return text, err
}

// isText refuses bytes that decode by chance: control characters do not occur in tables.
func isText(text []byte) bool {
	if !utf8.Valid(text) || len(bytes.TrimSpace(text)) == 0 {
		return false
	}
	return bytes.IndexFunc(text, func(c rune) bool {
		return unicode.Is(unicode.Cc, c) && c != '\n' && c != '\r' && c != '\t'
	}) < 0
}

// delimiter is the most frequent candidate in the first lines.
func delimiter(text []byte) rune {
	head := text[:min(len(text), 4096)]
	best, most := ',', bytes.Count(head, []byte(","))
	for _, c := range "\t;" {
		if n := bytes.Count(head, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// csvRows reads records with the row numbers that a spreadsheet program shows for them: blank lines count, a line
// break within quotes does not.
type csvRows struct {
	book *Book
	r    *csv.Reader
	row  int
	line int // lines of text consumed so far
	off  int64
}

func (b *Book) csvRows() *csvRows {
	r := csv.NewReader(bytes.NewReader(b.csv))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = b.comma, true, -1, true
	return &csvRows{book: b, r: r}
}

func (c *csvRows) next() (int, []Cell, error) {
	record, err := c.r.Read()
	if errors.Is(err, io.EOF) {
		return 0, nil, io.EOF
	}
	if err != nil {
		return 0, nil, damaged(err)
	}
	first, _ := c.r.FieldPos(0)
	c.row += first - c.line
	end := c.r.InputOffset()
	c.line += bytes.Count(c.book.csv[c.off:end], []byte("\n"))
	c.off = end
	cells := make([]Cell, 0, len(record))
	for i, text := range record {
		if text = Normalize(unquoteFormula(text)); text != "" {
			cells = append(cells, textCell(c.row, i+1, text, true))
		}
	}
	return c.row, cells, nil
}

func (c *csvRows) Close() error { return nil }
