package org

import (
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/workday"
	"touyan/web/ui"
)

func (m *Module) showHolidays(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.holidays(w, r, s, "", nil, http.StatusOK)
}

func (m *Module) holidays(w http.ResponseWriter, r *http.Request, s access.Scope, typed string, problems []ui.Problem, status int) error {
	var cal *workday.Calendar
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		cal, err = m.Store.Calendar(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	p := holidaysProps{Typed: typed, Problems: problems, Grant: s.GrantID()}
	if typed == "" {
		p.Typed = strconv.Itoa(s.Today().Year() + 1)
	}
	for y := s.Today().Year() + 1; y >= s.Today().Year()-2; y-- {
		year, _ := cal.Year(y)
		p.Years = append(p.Years, holidayYear{Year: y, Known: cal.Known(y), Open: y >= s.Today().Year(), Days: year.Days})
	}
	return access.Page(w, r, s, access.View{Title: "节假日", Status: status}, holidaysPage(p))
}

// loadHolidays takes the file of the year that the user names: a file of another year is refused, not stored beside it.
func (m *Module) loadHolidays(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	typed := strings.TrimSpace(r.PostForm.Get("year"))
	refuse := func(field string, err error) error {
		if !fault.Is(err, fault.KindInvalid) {
			return err
		}
		return m.holidays(w, r, s, typed, []ui.Problem{{Field: field, Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	want, err := strconv.Atoi(typed)
	if this := s.Today().Year(); err != nil || want < this-3 || want > this+1 {
		return refuse("year", fault.Invalid("年份应为%d到%d", this-3, this+1))
	}
	file, err := httpx.File(r, "file")
	if err != nil {
		return refuse("file", err)
	}
	year, err := workday.Parse(file.Data, want)
	if err == nil && len(year.Days) == 0 {
		err = fault.Invalid("文件中没有日期:%d年的安排可能还没有公布", want)
	}
	if err != nil {
		return refuse("file", err)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		return m.Store.LoadHolidays(r.Context(), tx, year, file.Name)
	})
	if err != nil {
		return refuse("file", err)
	}
	access.Flash(r, s, "success", "已装入"+typed+"年节假日安排,共"+strconv.Itoa(len(year.Days))+"天")
	return httpx.SeeOther(w, r, "/holidays")
}
