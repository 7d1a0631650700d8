package org

import (
	"context"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// Tasks reminds of the next year's holidays, which the State Council publishes in November: until they are loaded, the
// working days of January's deadlines are guessed.
func (m *Module) Tasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	s := tx.Scope()
	if !s.Can(PermHolidays) || s.Today().Month() < time.November {
		return nil, nil
	}
	cal, err := m.Store.Calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	next := s.Today().Year() + 1
	if cal.Known(next) {
		return nil, nil
	}
	return []access.Task{{Title: strconv.Itoa(next) + "年节假日未装入", Detail: "国务院办公厅公布后装入,月考评期限按工作日计算", Href: "/holidays", Act: "去装入",
		Due: time.Date(next-1, time.December, 31, 0, 0, 0, 0, month.Zone)}}, nil
}
