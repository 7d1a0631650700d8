package assessment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// reasonLimit is how long a reason may be: it has to be read on a phone and in a timeline.
const reasonLimit = 200

// unlock gives single rows back to the clerk, each with its reason, and opens a new round: a return by a reviewer, a
// correction after an upheld objection, a reopening by the district. The named rows are returned and remember the total
// that they had; all others are frozen. Grades and the marks at the quota's edge stay as they were, so that the next
// review can show old → new; approvals no longer hold and are cleared. The desk must have been read under lock.
func (s Store) unlock(ctx context.Context, tx *access.Tx, d *desk, act Act, reasons map[int64]string) error {
	if len(reasons) == 0 {
		return fault.Invalid("请选择要%s的人员", act.Title())
	}
	var ids []int64 // in the order of the grid, so that the same act always writes the same
	clean := make([]string, 0, len(reasons))
	for _, r := range d.Rows {
		text, named := reasons[r.ID]
		if !named {
			continue
		}
		text = strings.TrimSpace(text)
		if text == "" {
			return fault.Invalid("请填写%s(%s)的%s原因", r.PersonName, r.VillageName, act.Title())
		}
		if utf8.RuneCountInString(text) > reasonLimit {
			return fault.Invalid("%s(%s)的%s原因最多%d字", r.PersonName, r.VillageName, act.Title(), reasonLimit)
		}
		ids, clean = append(ids, r.ID), append(clean, text)
	}
	if len(ids) != len(reasons) {
		return fault.NotFound()
	}
	next, err := Next(d.State, act)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`update assessment_rows set state = case when id = any(@ids) then 'returned' else 'frozen' end,
			return_reason = coalesce((@reasons::text[])[array_position(@ids::bigint[], id)], ''),
			returned_total = case when id = any(@ids) then total end, version = version + 1
		where tenant_id = @tenant and township_id = @township and sheet_id = @sheet and removed_at is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": d.Sheet.TownshipID, "sheet": d.Sheet.ID, "ids": ids, "reasons": clean})
	d.State, d.Sheet.State = next, next.Stored()
	d.Sheet.Round++
	d.Sheet.withdrawApprovals()
	for i, id := range ids {
		queueAct(b, tx, d.Sheet, id, act, clean[i], d.before(id))
	}
	queueAct(b, tx, d.Sheet, 0, act, "", map[string]any{"rows": len(ids)})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if err := s.saveSheet(ctx, tx, d.Sheet); err != nil {
		return err
	}
	d.Sheet.Version++
	for i := range d.Rows {
		r := &d.Rows[i]
		named := slices.Index(ids, r.ID)
		r.State = NextRow(r.State, act, named >= 0, false, true)
		r.ReturnReason, r.ReturnedTotal, r.Version = "", nil, r.Version+1
		if named >= 0 {
			total := r.Total
			r.ReturnReason, r.ReturnedTotal = clean[named], &total
		}
	}
	tx.Audit(access.Line{Action: "assessment." + string(act), Object: "assessment_sheets", ID: d.Sheet.ID,
		Summary: fmt.Sprintf("%s:%s%s,%d人", act.Title(), d.Sheet.TownshipName, d.Sheet.Month.Title(), len(ids)),
		Reason:  strings.Join(slices.Compact(slices.Sorted(slices.Values(clean))), ";"), Detail: map[string]any{"rows": ids}})
	return nil
}

// before is what a row stood at when it was unlocked, for old → new per dimension.
func (d *desk) before(id int64) map[string]any {
	row, cells := d.row(id), map[string]points.Points{}
	for _, dim := range d.Scheme.Dimensions {
		cells[dim.Code] = d.value(id, dim.Code)
	}
	return map[string]any{"total": row.Total, "grade": row.Grade, "quota_capped": row.QuotaCapped, "cells": cells}
}

// withdrawApprovals clears what no longer holds once a row is open again. Meeting, minutes and marks stay as the
// leader's starting point; the publications made before stay as they were printed.
func (s *Sheet) withdrawApprovals() {
	s.ReviewOpenedAt, s.ReturnRequested = nil, ""
	s.ApprovedBy, s.ApprovedHolder, s.ApprovedAt = "", 0, nil
	s.FiledBy, s.FiledHolder, s.FiledAt = "", 0, nil
	s.ConfirmedBy, s.ConfirmedAt = "", nil
	s.LockedAt = nil
}
