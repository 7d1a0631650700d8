package org

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// Succession is an old unit and the one that took it over.
type Succession struct {
	OldTownship, NewTownship int64
	OldVillage, NewVillage   int64
	Kind                     string
	EffectiveOn              time.Time
	Document                 string
}

// Succeed closes a village on a day and records its successor, who from then on reads all of its rows.
func (st Store) Succeed(ctx context.Context, tx *access.Tx, s Succession) error {
	tag, err := tx.Exec(ctx, `update villages set valid_to = @on where tenant_id = @tenant and id = @old and valid_to is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "old": s.OldVillage, "on": s.EffectiveOn})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("这个村(社区)已经撤并,没有重复登记")
	}
	return st.record(ctx, tx, s, "", "")
}

// Rename gives a village another official name from a day on. It stays the same unit: past months keep the name of
// their time, since what they print is kept with them.
func (st Store) Rename(ctx context.Context, tx *access.Tx, village int64, official string, s Succession) error {
	v, err := st.Village(ctx, tx, village)
	if err != nil {
		return err
	}
	official = strings.Join(strings.Fields(official), "")
	name := ShortName(official, v.Kind)
	if name == v.Name {
		return fault.Conflict("名称没有变化(%s)", v.Name)
	}
	tag, err := tx.Exec(ctx, `update villages set name = @name, official_name = @official where tenant_id = @tenant and id = @id and valid_to is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": village, "name": name, "official": official})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("这个村(社区)已经撤并,不能更名")
	}
	s.Kind, s.OldTownship, s.NewTownship, s.OldVillage, s.NewVillage = "renamed", v.TownshipID, v.TownshipID, v.ID, v.ID
	return st.record(ctx, tx, s, v.Name, name)
}

func (Store) record(ctx context.Context, tx *access.Tx, s Succession, oldName, newName string) error {
	_, err := tx.Exec(ctx, `insert into unit_successions (tenant_id, old_township_id, old_village_id, new_township_id,
			new_village_id, kind, effective_on, document, old_name, new_name)
		values (@tenant, @oldt, @old, @newt, @new, @kind, @on, @doc, @oldname, @newname)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "oldt": s.OldTownship, "old": s.OldVillage, "newt": s.NewTownship,
			"new": s.NewVillage, "kind": s.Kind, "on": s.EffectiveOn, "doc": s.Document, "oldname": oldName, "newname": newName})
	summary := "登记村(社区)撤并"
	if s.Kind == "renamed" {
		summary = "登记更名:" + oldName + " → " + newName
	}
	tx.Audit(access.Line{Action: "org.succeed", Object: "villages", ID: s.OldVillage, Summary: summary, Reason: s.Document})
	return err
}

// NamedSuccession is a succession as it is read.
type NamedSuccession struct {
	Township    string
	Old, New    string
	Kind        string
	EffectiveOn time.Time
	Document    string
}

// KindTitle names the kind on the screen.
func (s NamedSuccession) KindTitle() string {
	if s.Kind == "renamed" {
		return "更名"
	}
	return "撤并"
}

// Successions lists the merged and renamed units of the scope, the newest first.
func (Store) Successions(ctx context.Context, tx *access.Tx) ([]NamedSuccession, error) {
	rows, err := tx.Query(ctx, `select t.name as township, coalesce(nullif(s.old_name, ''), o.name) as old, coalesce(nullif(s.new_name, ''), n.name) as new,
			s.kind, s.effective_on, s.document from unit_successions s
		join villages o on o.tenant_id = s.tenant_id and o.id = s.old_village_id
		join villages n on n.tenant_id = s.tenant_id and n.id = s.new_village_id
		join townships t on t.tenant_id = s.tenant_id and t.id = s.new_township_id
		where s.tenant_id = $1 order by s.effective_on desc, s.id desc`, tx.Tenant())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[NamedSuccession])
}
