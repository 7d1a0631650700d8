package app

import (
	"context"
	"fmt"

	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/cadre"
	"touyan/internal/workbench"
)

// steps are the start list of an empty district, each with who does it and whether it is done.
func (h *house) steps() []workbench.StepSource {
	return []workbench.StepSource{h.stepDivisions, h.stepAccounts, h.stepRegister, h.stepScheme}
}

// may gives the address of a step to who can do it, and says who can to everybody else.
func may(s access.Scope, need access.Permission, href, who string) (string, string) {
	if s.Can(need) {
		return href, ""
	}
	return "", who
}

func (h *house) stepDivisions(ctx context.Context, tx *access.Tx) (workbench.Step, error) {
	towns, err := h.org.Store.Townships(ctx, tx, tx.Scope().Today())
	if err != nil {
		return workbench.Step{}, err
	}
	villages, err := h.org.Store.VillageCount(ctx, tx)
	hint := "由平台管理员导入本区的乡镇(街道)、村(社区)。"
	if villages > 0 {
		hint = fmt.Sprintf("已有%d个乡镇(街道)、%d个村(社区),请核对名称。", len(towns), villages)
	}
	return workbench.Step{Title: "核对区划", Hint: hint, Href: "/divisions", Done: villages > 0}, err
}

func (h *house) stepAccounts(ctx context.Context, tx *access.Tx) (workbench.Step, error) {
	towns, err := h.org.Store.Townships(ctx, tx, tx.Scope().Today())
	if err != nil {
		return workbench.Step{}, err
	}
	clerks, err := access.Desks(ctx, tx, access.TownshipClerk)
	if err != nil {
		return workbench.Step{}, err
	}
	leaders, err := access.Desks(ctx, tx, access.TownshipLeader)
	return workbench.Step{Title: "开设乡镇账号", Href: "/accounts/bulk", Done: len(towns) > 0 && min(clerks, leaders) >= len(towns),
		Hint: fmt.Sprintf("%d个乡镇(街道)中,%d个有组织干事、%d个有组织委员。村级账号由乡镇自己开设。", len(towns), clerks, leaders)}, err
}

func (h *house) stepRegister(ctx context.Context, tx *access.Tx) (workbench.Step, error) {
	s := tx.Scope()
	n, err := h.cadre.Store.Count(ctx, tx, cadre.Filter{State: "serving"}, s.Today())
	step := workbench.Step{Title: "建立花名册", Done: n > 0, Hint: "用现有的Excel花名册批量导入,乡镇也可以各自导入。"}
	if n > 0 {
		step.Hint = fmt.Sprintf("花名册中有%d名在任的村(社区)干部。", n)
	}
	step.Href, step.Who = may(s, cadre.PermImport, "/cadres/import", "由区委组织部干部或乡镇组织干事办理")
	return step, err
}

func (h *house) stepScheme(ctx context.Context, tx *access.Tx) (workbench.Step, error) {
	list, err := h.assessment.Store.Schemes(ctx, tx)
	step := workbench.Step{Title: "启用考评方案", Hint: "以默认方案为底稿,核对考评内容、等次和绩效参数后启用,再开启月份。"}
	for _, v := range list {
		if v.State == assessment.SchemeEnabled {
			step.Done, step.Hint = true, "“"+v.Name+"”自"+v.EffectiveOn.Title()+"起执行。"
			break
		}
	}
	step.Href, step.Who = may(tx.Scope(), assessment.PermScheme, "/assessment/schemes", "由区委组织部干部办理")
	return step, err
}
