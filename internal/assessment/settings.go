package assessment

import (
	"context"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// Settings is what a district decides about the procedure, apart from the scheme.
type Settings struct {
	MinutesRequired bool   // 会议纪要号 must be given at the township's approval
	LeaderConfirms  bool   // the department's leader confirms each publication
	ObjectionOffice string // 受理部门 on the notice
	ObjectionPhone  string // 受理电话
	NoticeSignature string // 落款; empty: the township's Party committee
	Version         int
}

// Settings reads the district's settings; defaults where it set none.
func (Store) Settings(ctx context.Context, tx *access.Tx) (Settings, error) {
	rows, err := tx.Query(ctx, `select minutes_required, leader_confirms, objection_office, objection_phone, notice_signature, version
		from assessment_settings where tenant_id = $1`, tx.Tenant())
	if err != nil {
		return Settings{}, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Settings])
	if err != nil || len(list) == 0 {
		return Settings{MinutesRequired: true}, err
	}
	return list[0], nil
}

// SaveSettings stores the settings, refusing a stale copy.
func (Store) SaveSettings(ctx context.Context, tx *access.Tx, s Settings) error {
	tag, err := tx.Exec(ctx, `insert into assessment_settings as a (tenant_id, minutes_required, leader_confirms, objection_office,
			objection_phone, notice_signature)
		values (@tenant, @minutes, @confirms, @office, @phone, @signature)
		on conflict (tenant_id) do update set minutes_required = excluded.minutes_required, leader_confirms = excluded.leader_confirms,
			objection_office = excluded.objection_office, objection_phone = excluded.objection_phone,
			notice_signature = excluded.notice_signature, version = a.version + 1
		where a.version = @version`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "minutes": s.MinutesRequired,
		"confirms": s.LeaderConfirms, "office": s.ObjectionOffice, "phone": s.ObjectionPhone, "signature": s.NoticeSignature,
		"version": s.Version})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Stale()
	}
	tx.Audit(access.Line{Action: "assessment.settings", Object: "assessment_settings", Summary: "修改月考评设置"})
	return nil
}

func (m *Module) showSettings(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var set Settings
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		set, err = m.Store.Settings(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "月考评设置", Crumbs: schemeCrumbs}, settingsPage(set, s.GrantID()))
}

func (m *Module) saveSettings(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form struct {
		Minutes   string `form:"minutes_required"`
		Confirms  string `form:"leader_confirms"`
		Office    string `form:"objection_office"`
		Phone     string `form:"objection_phone"`
		Signature string `form:"notice_signature"`
		Version   int    `form:"version"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	set := Settings{form.Minutes != "", form.Confirms != "", strings.TrimSpace(form.Office), strings.TrimSpace(form.Phone),
		strings.TrimSpace(form.Signature), form.Version}
	if err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.SaveSettings(r.Context(), tx, set) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存设置")
	return httpx.SeeOther(w, r, "/assessment/settings")
}
