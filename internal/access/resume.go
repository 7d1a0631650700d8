package access

import (
	"context"

	"github.com/jackc/pgx/v5"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// Resume gives back, to a job, the scope under which a user started it: the grant must still be valid and the account
// enabled, so that work queued by somebody who has left does not run.
func (c *Core) Resume(ctx context.Context, tenant, account, grant int64) (Scope, error) {
	cr, err := c.credential(ctx, account)
	if err != nil {
		return Scope{}, err
	}
	grants, err := c.grantsOf(ctx, tenant, account)
	if err != nil {
		return Scope{}, err
	}
	for _, g := range grants {
		if g.ID == grant && !cr.Disabled && cr.TenantID == tenant {
			id, err := c.become(ctx, cr, grants, g)
			if err != nil {
				return Scope{}, err
			}
			return Scope{core: c, role: id.Role, account: id.Account, holder: id.Holder, person: id.Person, grant: id.Grant,
				name: id.Name, unit: id.Unit, district: id.District, readOnly: id.ReadOnly, address: "后台任务",
				settings: pg.Settings{Tenant: tenant, Township: id.Township, Village: id.Village, Level: id.Role.Level()}}, nil
		}
	}
	return Scope{}, fault.Forbidden("发起任务的账号已停用或授权已结束,任务没有执行")
}

// Tenants lists the keys of all districts, for jobs and commands that go through them one by one.
func (c *Core) Tenants(ctx context.Context) (list []int64, err error) {
	err = Read(ctx, c.platformIn(Scope{core: c}, 0), func(tx *Tx) error {
		rows, err := tx.Query(ctx, `select id from tenants order by id`)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	return list, err
}

// Platform gives the scope of a command that an operator runs on the machine itself: it reads and writes districts and
// the accounts of their administrators.
func (c *Core) Platform(reason string) Scope {
	return c.platformIn(Scope{core: c, role: PlatformAdmin, name: "命令:" + reason, address: "本机"}, 0)
}
