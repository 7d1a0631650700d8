package org

import (
	"context"
	"errors"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// ImportAs imports divisions on behalf of the platform: it finds the district, or makes it if a name is given, and then
// works within it.
func (m *Module) ImportAs(ctx context.Context, platform access.Scope, code, name string, divisions []Division) (Imported, error) {
	var d District
	err := access.InScope(ctx, platform, func(tx *access.Tx) error {
		var err error
		d, err = m.Store.DistrictByCode(ctx, tx, code)
		if err == nil || name == "" {
			return err
		}
		d, err = m.Store.CreateDistrict(ctx, tx, code, name, false)
		if err == nil {
			tx.Audit(access.Line{Action: "org.district", Object: "tenants", ID: d.ID, Summary: "新建区县 " + name})
		}
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return Imported{}, fault.Invalid("还没有代码为%s的区县,请同时给出区县名称", code)
	}
	if err != nil {
		return Imported{}, err
	}
	var done Imported
	err = access.InScope(ctx, m.core.System("import divisions", d.ID), func(tx *access.Tx) error {
		done, err = m.Store.Import(ctx, tx, divisions)
		return err
	})
	return done, err
}

var errPreview = errors.New("a preview keeps nothing")

// PreviewAs says what ImportAs would do. It runs the import itself and keeps nothing of it.
func (m *Module) PreviewAs(ctx context.Context, platform access.Scope, code, name string, divisions []Division) (Imported, error) {
	var d District
	err := access.Read(ctx, platform, func(tx *access.Tx) error {
		var err error
		d, err = m.Store.DistrictByCode(ctx, tx, code)
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		if name == "" {
			return Imported{}, fault.Invalid("还没有代码为%s的区县,请同时给出区县名称", code)
		}
		return fresh(divisions), nil
	}
	if err != nil {
		return Imported{}, err
	}
	var done Imported
	err = access.InScope(ctx, m.core.System("preview divisions", d.ID), func(tx *access.Tx) error {
		if done, err = m.Store.Import(ctx, tx, divisions); err != nil {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		err = nil
	}
	return done, err
}

// fresh is what an import brings to a district that has nothing yet.
func fresh(divisions []Division) Imported {
	done := Imported{Villages: len(divisions)}
	towns := map[string]bool{}
	for _, d := range divisions {
		if !towns[d.TownshipCode] {
			towns[d.TownshipCode] = true
			done.Added = append(done.Added, d.TownshipName)
		}
		done.Added = append(done.Added, d.TownshipName+ShortName(d.OfficialName, VillageKind(d.Code, d.OfficialName)))
	}
	done.Townships = len(towns)
	return done
}

// Locate finds the keys of units by their codes: 6 digits for the district, 9 for the township, 12 for the village, each
// further one optional.
func (m *Module) Locate(ctx context.Context, platform access.Scope, district, township, village string, townshipID, villageID *int64) (tenant int64, err error) {
	err = access.Read(ctx, platform, func(tx *access.Tx) error {
		d, err := m.Store.DistrictByCode(ctx, tx, district)
		tenant = d.ID
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return 0, fault.Invalid("没有代码为%s的区县", district)
	}
	if err != nil {
		return 0, err
	}
	if village != "" && township == "" && len(village) == 12 {
		township = village[:9]
	}
	err = access.Read(ctx, m.core.System("locate unit", tenant), func(tx *access.Tx) error {
		if township != "" {
			err := tx.QueryRow(ctx, `select id from townships where tenant_id = $1 and code = $2 and valid_to is null`,
				tenant, township).Scan(townshipID)
			if err != nil {
				return fault.Because(fault.Invalid("没有代码为%s的乡镇(街道)", township), err)
			}
		}
		if village != "" {
			err := tx.QueryRow(ctx, `select id from villages where tenant_id = $1 and township_id = $2 and code = $3 and valid_to is null`,
				tenant, *townshipID, village).Scan(villageID)
			if err != nil {
				return fault.Because(fault.Invalid("没有代码为%s的村(社区)", village), err)
			}
		}
		return nil
	})
	return tenant, err
}
