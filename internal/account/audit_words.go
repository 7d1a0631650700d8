package account

import (
	"encoding/json"
	"strings"

	"touyan/internal/access"
)

// actionTitles name the kinds of acts in the trail. An act of a module that brings no word of its own is shown by its
// module's name and its code.
var actionTitles = map[string]string{
	"login": "登录", "login.password": "登录(待动态口令)", "login.failed": "登录失败", "logout": "退出", "switch": "切换身份", "session.end": "退出其他登录",
	"password.change": "修改密码", "password.code": "凭开通码设置密码", "totp.on": "启用动态口令", "totp.off": "停用动态口令",
	"account.create": "开设账号", "account.holding": "修改账号资料", "account.reset": "重置密码", "account.unlock": "解除锁定", "account.disable": "停用、启用账号",
	"account.handover": "办理交接", "grant.add": "授权、代理", "grant.end": "收回授权", "access.setting": "登录设置", "link.create": "生成链接", "link.revoke": "撤销链接",
	"export": "导出", "person.history": "查看其他单位历史记录", "job.retry": "重新执行任务", "demo.load": "装入演示数据",
	"org.district": "新建区县", "org.import": "导入区划", "org.succeed": "撤并、更名", "org.holidays": "装入节假日",
	"cadre.create": "新增干部", "cadre.update": "修改干部信息", "cadre.reveal": "查看完整信息", "cadre.appoint": "任职", "cadre.leave": "离任", "cadre.die": "登记去世",
	"cadre.correct": "更正任职", "cadre.move": "调动", "cadre.remove": "删除任职", "cadre.void": "作废档案", "cadre.revive": "恢复档案", "cadre.import": "导入花名册", "cadre.repair": "下载问题行",
	"cadre.change.request": "申请更正", "cadre.change.township_checked": "核对更正申请", "cadre.change.approved": "批准更正", "cadre.change.rejected": "退回更正申请",
	"cadre.change.cancelled": "撤回更正申请", "cadre.change.reveal": "查看更正申请的完整信息", "cadre.correct_number": "更正身份证号",
	"cadre.promote": "提拔使用", "cadre.election": "应用换届任免", "cadre.election.open": "开启换届", "cadre.election.change": "修改换届", "cadre.election.save": "填写换届任免",
	"cadre.attachment.add": "上传附件", "cadre.attachment.open": "打开附件", "cadre.attachment.remove": "删除附件", "cadre.photo": "更换照片", "cadre.photo.remove": "删除照片",
	"assessment.open": "开启月份", "assessment.close": "关闭月份", "assessment.enter": "填报考评", "assessment.roster": "名单变动", "assessment.explain": "说明大幅变动",
	"assessment.propose": "拟扣分", "assessment.refuse": "退回", "assessment.publish": "发布公示", "assessment.post": "登记张贴", "assessment.object": "登记异议",
	"assessment.answer": "答复异议", "assessment.lock": "归档", "assessment.remind": "催办", "assessment.scheme": "考评方案", "assessment.scheme.enable": "启用考评方案",
	"assessment.settings": "考评设置", "assessment.submit": "提交审核", "assessment.withdraw": "撤回", "assessment.approve": "审核通过", "assessment.return": "退回修改",
	"assessment.withdraw_proposal": "撤回拟扣分",
	"duty.draft":                   "自动排班", "duty.publish": "发布值班表", "duty.change": "调整值班", "duty.check": "登记抽查", "duty.check.void": "更正抽查",
	"duty.leave": "登记请假", "duty.leave.end": "结束请假", "duty.wish": "不便值班日期",
	"duty.feed": "生成日历链接", "duty.feed.end": "停用日历链接", "duty.settings": "值班设置", "duty.phone": "值班电话",
	"duty.swap.asked": "申请换班", "duty.swap.agreed": "同意换班", "duty.swap.declined": "不同意换班", "duty.swap.withdrawn": "撤回换班", "duty.swap.recorded": "登记换班",
}

var actionModules = map[string]string{"cadre": "花名册", "assessment": "月考评", "account": "账号", "org": "区划", "job": "后台任务", "duty": "值班"}

func actionTitle(action string) string {
	if t, ok := actionTitles[action]; ok {
		return t
	}
	module, rest, _ := strings.Cut(action, ".")
	if m, ok := actionModules[module]; ok {
		return m + ":" + rest
	}
	return action
}

// conditionsOf says under which conditions a file left, where the trail keeps them.
func conditionsOf(l access.Trail) string {
	var d struct {
		Filter string `json:"filter"`
	}
	_ = json.Unmarshal(l.Detail, &d) // the detail of another act has another form
	return d.Filter
}
