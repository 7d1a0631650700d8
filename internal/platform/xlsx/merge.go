package xlsx

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
)

// area is a merged block of cells, inclusive.
type area struct{ top, left, bottom, right int }

const maxMerges = 200_000

// merges finds the merged blocks of a sheet. They stand behind the rows in the file but are needed before them, so the
// part is unpacked once more and searched without being parsed.
func (b *Book) merges(part string) ([]area, error) {
	rc, err := b.open(part, b.limits.Unpacked)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	var found []area
	r := bufio.NewReaderSize(rc, 64<<10)
	for {
		chunk, err := r.ReadSlice('>')
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, readError(err)
		}
		i := bytes.Index(chunk, []byte("mergeCell "))
		if i < 0 {
			continue
		}
		if a, ok := parseArea(quoted(chunk[i:], "ref=")); ok && len(found) < maxMerges {
			found = append(found, a)
		}
	}
}

// quoted gives the value of an attribute in the bytes of a tag.
func quoted(tag []byte, name string) string {
	_, rest, ok := bytes.Cut(tag, []byte(name))
	if !ok || len(rest) == 0 {
		return ""
	}
	value, _, _ := bytes.Cut(rest[1:], rest[:1])
	return string(value)
}

func parseArea(text string) (area, bool) {
	from, to, ok := strings.Cut(text, ":")
	if !ok {
		return area{}, false
	}
	left, err1 := columnNumber(from, 0)
	right, err2 := columnNumber(to, 0)
	top, bottom := digits(from), digits(to)
	if err1 != nil || err2 != nil || top == 0 || bottom < top || right < left {
		return area{}, false
	}
	return area{top, left, bottom, right}, true
}

// digits reads the row number at the end of a reference, 0 if there is none.
func digits(ref string) int {
	n := 0
	for _, c := range strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		if c < '0' || c > '9' || n > maxRow {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// filler carries the value of a vertically merged block to its lower rows: a village is often written once for all of
// its people.
type filler struct {
	columns [][]area // by position in the row, from top to bottom
	values  []Cell   // of the block now open in each column
}

func newFiller(all []area, columns []Matched) *filler {
	f := &filler{make([][]area, len(columns)), make([]Cell, len(columns))}
	for i, c := range columns {
		for _, a := range all {
			if a.left == c.Col && a.bottom > a.top {
				f.columns[i] = append(f.columns[i], a)
			}
		}
		slices.SortFunc(f.columns[i], func(a, b area) int { return a.top - b.top })
	}
	return f
}

// row completes the cells of a row; rows come in ascending order.
func (f *filler) row(number int, cells []Cell) {
	for i := range cells {
		for len(f.columns[i]) > 0 && f.columns[i][0].bottom < number {
			f.columns[i] = f.columns[i][1:]
		}
		if len(f.columns[i]) == 0 || f.columns[i][0].top > number {
			continue
		}
		if f.columns[i][0].top == number {
			f.values[i] = cells[i]
			continue
		}
		if v := f.values[i]; cells[i].Blank() && v.Row == f.columns[i][0].top {
			v.Row = number
			cells[i] = v
		}
	}
}
