package access_test

import (
	"encoding/json"
	"testing"

	"touyan/internal/access"
)

func TestPeopleAreWrittenAsRanges(t *testing.T) {
	t.Parallel()
	for want, ids := range map[string][]int64{
		"{}":                        nil,
		"{[7,8)}":                   {7},
		"{[1,4),[7,8)}":             {7, 3, 2, 1, 2},
		"{[2,3),[4,5),[6,7)}":       {6, 2, 4, 0},
		"{[1,3)}":                   {0, 1, 2, 0},
		"{[9000000000,9000000002)}": {9000000001, 9000000000},
	} {
		p := access.PeopleOf()
		p.Add(ids...)
		if got := p.String(); got != want {
			t.Errorf("%v: %s, want %s", ids, got, want)
		}
		if b, err := json.Marshal(map[string]any{"persons": p}); err != nil || string(b) != `{"persons":"`+want+`"}` {
			t.Errorf("%s, %v", b, err)
		}
	}
}
