package cadre

import (
	"context"

	"touyan/internal/access"
)

// changesToDo lists the requests that wait for the actor's check or decision, and his own that came back.
func (m *Module) changesToDo(ctx context.Context, tx *access.Tx) (list []access.Task, err error) {
	s := tx.Scope()
	if !s.Can(PermChange) {
		return nil, nil
	}
	check, decide, back, err := m.Store.changeTasks(ctx, tx)
	if err != nil {
		return nil, err
	}
	if check > 0 && s.Can(PermCheck) {
		list = append(list, access.Task{Title: "更正申请待核对", Detail: "身份证号、出生日期等关键信息", Count: check, Href: "/changes?state=submitted", Act: "去核对"})
	}
	if decide > 0 && s.Can(PermDecide) {
		list = append(list, access.Task{Title: "更正申请待审批", Detail: "乡镇(街道)已核对", Count: decide, Href: "/changes?state=township_checked", Act: "去审批"})
	}
	if back > 0 {
		list = append(list, access.Task{Title: "更正申请被退回", Detail: "近7天", Count: back, Href: "/changes?state=rejected", Act: "查看"})
	}
	return list, nil
}
