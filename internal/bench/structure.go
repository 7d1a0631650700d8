package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// mostQuestions is how many statements the structure page may send besides its transaction.
const mostQuestions = 3

// structure: the figures of the district's paid cadres at a day that has passed, logged in, everything on.
func (b *bench) structure() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	path := "/reports/structure?caliber=paid&on=" + time.Now().AddDate(-1, 0, 0).Format(time.DateOnly)
	if _, _, err := hammer(officer, path, time.Second); err != nil { // connections, plans, caches
		return err
	}
	all, err := b.record(b.ctx, func() error { return want(http.StatusOK)(officer.get(path)) })
	if err != nil {
		return err
	}
	bare := transactions(all, func(tx []string) bool { return strings.Contains(strings.Join(tx, " "), "from appointments a") })
	questions := len(bare) - 2 // begin with the scope's settings, commit
	if questions < 1 {
		return fmt.Errorf("the page's statements were not found among %q", all)
	}
	b.add(figure{name: "structure of a district at a day, statements", ours: "", bare: "", value: float64(questions), target: mostQuestions})
	var ours, theirs []float64
	for range runs {
		rate, _, err := hammer(officer, path, 2*time.Second)
		if err != nil {
			return err
		}
		floor, err := b.pgbench(b.ctx, bare, connections)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, rate), append(theirs, floor)
	}
	mine, floor := middle(ours), middle(theirs)
	b.add(figure{name: "structure of a district at a day, of pgbench's rate", ours: fmt.Sprintf("%.0f/s", mine), bare: fmt.Sprintf("%.0f/s", floor),
		value: mine / floor * 100, target: 30, atLeast: true, unitWord: " %"})
	return nil
}
