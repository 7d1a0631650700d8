package idcard

import (
	_ "embed"
	"strings"
	"sync"
)

// The union of all revisions of GB/T 2260 from 1980-12 to 2019-04, compiled by the cn/GB2260 project (MIT).
//
//go:embed data/id_address_codes.csv
var areaFile string

// One code may have had several names; the latest stands, since lines are ordered by code and then by revision.
var areas = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, 6600)
	for line := range strings.Lines(areaFile) {
		fields := strings.Split(line, ",")
		if len(fields) == 4 && len(fields[0]) == 6 {
			m[fields[0]] = fields[1]
		}
	}
	return m
})

// AreaName is the name of the county that ever had the code, empty if none had. 622621 is 武都县, since 2004 621202 武都区.
func AreaName(code string) string { return areas()[code] }
