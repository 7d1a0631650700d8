package org

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"touyan/internal/platform/fault"
)

// Division is one village of a division file, with its township.
type Division struct {
	TownshipCode string // 9 digits
	TownshipName string
	Code         string // 12 digits
	OfficialName string
	UrbanRural   string
}

// ReadDivisions reads a division CSV and keeps the rows of one district. Two headers are known: the 9-digit one
// (town_code,town_name,village_code,village_name,urban_rural_code) and the 12-digit one of the statistics bureau
// (code,name,town_code,town_name,county_code,county_name,urban_rural_code).
func ReadDivisions(r io.Reader, district string) ([]Division, error) {
	if len(district) != 6 || strings.Trim(district, "0123456789") != "" {
		return nil, fault.Invalid("区县代码应为6位数字,如621202")
	}
	raw, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return nil, fmt.Errorf("read divisions: %w", err)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		if raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err != nil {
			return nil, fault.Invalid("文件不是UTF-8或GBK编码的CSV")
		}
	}
	in := csv.NewReader(bytes.NewReader(raw))
	in.FieldsPerRecord = -1
	header, err := in.Read()
	if err != nil {
		return nil, fault.Invalid("文件是空的,或不是CSV")
	}
	at, err := divisionColumns(header)
	if err != nil {
		return nil, err
	}
	var out []Division
	seen := map[string]int{}
	for line := 2; ; line++ {
		rec, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fault.Invalid("第%d行不是完整的CSV行", line)
		}
		d, keep, err := division(rec, at, district, line)
		if err != nil {
			return nil, err
		}
		if !keep {
			continue
		}
		if first, twice := seen[d.Code]; twice {
			return nil, fault.Invalid("第%d行的村代码%s与第%d行重复", line, d.Code, first)
		}
		seen[d.Code] = line
		out = append(out, d)
	}
	if len(out) == 0 {
		return nil, fault.Invalid("文件中没有代码以%s开头的村(社区)", district)
	}
	return out, nil
}

type divisionAt struct{ code, name, townCode, townName, urban int }

func divisionColumns(header []string) (divisionAt, error) {
	pos := map[string]int{}
	for i, h := range header {
		pos[strings.ToLower(strings.TrimSpace(h))] = i
	}
	at := divisionAt{-1, -1, -1, -1, -1}
	find := func(dst *int, names ...string) bool {
		for _, n := range names {
			if i, ok := pos[n]; ok {
				*dst = i
				return true
			}
		}
		return false
	}
	find(&at.urban, "urban_rural_code")
	var missing []string
	if !find(&at.code, "village_code", "code") {
		missing = append(missing, "village_code 或 code")
	}
	if !find(&at.name, "village_name", "name") {
		missing = append(missing, "village_name 或 name")
	}
	if !find(&at.townCode, "town_code") {
		missing = append(missing, "town_code")
	}
	if !find(&at.townName, "town_name") {
		missing = append(missing, "town_name")
	}
	if len(missing) > 0 {
		return at, fault.Invalid("表头缺少列:%s", strings.Join(missing, "、"))
	}
	return at, nil
}

func division(rec []string, at divisionAt, district string, line int) (d Division, keep bool, err error) {
	get := func(i int) string {
		if i < 0 || i >= len(rec) {
			return ""
		}
		return strings.TrimSpace(rec[i])
	}
	d = Division{TownshipCode: get(at.townCode), TownshipName: get(at.townName), Code: get(at.code),
		OfficialName: get(at.name), UrbanRural: get(at.urban)}
	if !strings.HasPrefix(d.Code, district) {
		return d, false, nil
	}
	if len(d.Code) != 12 || strings.Trim(d.Code, "0123456789") != "" {
		return d, false, fault.Invalid("第%d行的村代码“%s”不是12位数字", line, d.Code)
	}
	if len(d.TownshipCode) == 12 {
		d.TownshipCode = d.TownshipCode[:9]
	}
	if d.TownshipCode != d.Code[:9] {
		return d, false, fault.Invalid("第%d行的乡镇代码%s与村代码%s不一致", line, d.TownshipCode, d.Code)
	}
	if d.OfficialName == "" || d.TownshipName == "" {
		return d, false, fault.Invalid("第%d行缺少村名或乡镇名", line)
	}
	return d, true, nil
}
