package account

import (
	"context"
	"time"

	"touyan/internal/access"
)

const (
	proxyNotice = 3 // days before a 代理 ends
	lookBack    = 7 // days that an auditor's first page covers
)

// Tasks lists the accounts to unlock or to hand out, 代理 about to end, and, for the auditor, what left the house.
func (m *Module) Tasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	s := tx.Scope()
	var list []access.Task
	add := func(n int, t access.Task) {
		if t.Count = n; n > 0 {
			list = append(list, t)
		}
	}
	if s.Can(PermManage) {
		f, err := access.FactsOfAccounts(ctx, tx)
		if err != nil {
			return nil, err
		}
		add(f.Locked, access.Task{Title: "账号被锁定", Detail: "连续输错密码,可先核实本人再解锁", Href: "/accounts?state=locked", Act: "去解锁"})
		add(f.Lapsed, access.Task{Title: "开通码已过期", Detail: "超过24小时未使用,本人需要时重新发放", Href: "/accounts?state=waiting", Act: "查看"})
		add(f.Waiting, access.Task{Title: "账号待本人开通", Detail: "开通码已发放,尚未设置密码", Href: "/accounts?state=waiting", Act: "查看"})
		ending, err := access.EndingProxies(ctx, tx, proxyNotice)
		if err != nil {
			return nil, err
		}
		for _, p := range ending {
			list = append(list, access.Task{Title: "代理即将到期", Detail: p.Name + "代理" + p.Unit + p.Role.Title(), Href: path(p.AccountID), Act: "查看", Due: p.EndsOn})
		}
	}
	if s.Role() == access.Auditor {
		from := s.Today().AddDate(0, 0, -lookBack)
		l, err := access.LooksSince(ctx, tx, from)
		if err != nil {
			return nil, err
		}
		at := func(action string) string { return "/audit?action=" + action + "&from=" + from.Format(time.DateOnly) }
		add(l.Exports, access.Task{Title: "近7天的导出", Detail: "谁、导出什么、用途", Href: at("export"), Act: "去核查"})
		add(l.Reveals, access.Task{Title: "近7天查看完整信息", Detail: "谁、看了谁、原因", Href: at("cadre.reveal"), Act: "去核查"})
		add(l.Failures, access.Task{Title: "近7天登录失败", Detail: "同一地址连续失败值得注意", Href: at("login.failed"), Act: "去核查"})
	}
	return list, nil
}
