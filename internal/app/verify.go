package app

import (
	"context"
	"fmt"

	"touyan/internal/access"
	"touyan/internal/platform/crypt"
)

// invariant is a sentence about the data that must hold for every district. The query returns how many rows break it.
type invariant struct {
	name string
	sql  string
}

var invariants = []invariant{
	{"每人每月在全区只有一行考评", `select count(*) from (select person_id, month from assessment_rows where tenant_id = $1
		and removed_at is null group by person_id, month having count(*) > 1) x`},
	{"未作废的人员身份证号不重复", `select count(*) from (select id_index from persons where tenant_id = $1 and voided_at is null
		and merged_into is null group by id_index having count(*) > 1) x`},
	{"已故人员没有仍在任的职务", `select count(*) from appointments a join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
		where a.tenant_id = $1 and upper_inf(a.during) and p.died_on is not null`},
	{"村(社区)的书记、主任、监委会主任同一时间各只有一人", `select count(*) from appointments a join appointments b on b.tenant_id = a.tenant_id
		and b.village_id = a.village_id and b.position_code = a.position_code and b.id > a.id and b.during && a.during
		where a.tenant_id = $1 and a.position_code in ('party_secretary', 'village_director', 'supervision_director')`},
	{"总分等于基础分与加分之和(封顶前后不超出)", `select count(*) from assessment_rows where tenant_id = $1 and total > base + bonus`},
	{"公示过的考评表都有公示结果", `select count(*) from assessment_sheets s where s.tenant_id = $1 and s.state in ('published', 'locked')
		and not exists (select from assessment_publications p where p.tenant_id = s.tenant_id and p.sheet_id = s.id)`},
	{"每行最多一个有效结果", `select count(*) from (select row_id from assessment_results where tenant_id = $1 and replaced_by is null
		group by row_id having count(*) > 1) x`},
	{"归档的考评表没有未答复的异议", `select count(*) from assessment_objections o join assessment_sheets s on s.tenant_id = o.tenant_id
		and s.id = o.sheet_id where o.tenant_id = $1 and o.state = 'open' and s.state = 'locked'`},
	{"提交人与审核人不是同一人", `select count(*) from assessment_sheets where tenant_id = $1 and submitted_holder <> 0
		and submitted_holder = approved_holder`},
}

// Verified says what Verify looked at.
type Verified struct {
	Districts  int
	AuditSteps int64
	Broken     []string
}

// Verify recomputes the audit chains, and checks in every district the invariants and that the secret file has the keys.
func Verify(ctx context.Context, core *access.Core, keys *crypt.Keys) (Verified, error) {
	var v Verified
	tenants, err := core.Tenants(ctx)
	if err != nil {
		return v, err
	}
	for _, t := range append([]int64{0}, tenants...) {
		steps, err := core.VerifyAudit(ctx, t)
		v.AuditSteps += steps
		if err != nil {
			v.Broken = append(v.Broken, fmt.Sprintf("区县%d的操作日志:%v", t, err))
		}
	}
	v.Districts = len(tenants)
	if err := v.keys(ctx, core, keys); err != nil {
		return v, err
	}
	for _, t := range tenants {
		err := access.Read(ctx, core.System("核验数据", t), func(tx *access.Tx) error {
			for _, in := range invariants {
				var n int
				if err := tx.QueryRow(ctx, in.sql, t).Scan(&n); err != nil {
					return fmt.Errorf("%s: %w", in.name, err)
				}
				if n > 0 {
					v.Broken = append(v.Broken, fmt.Sprintf("区县%d:%s(%d处不符)", t, in.name, n))
				}
			}
			return nil
		})
		if err != nil {
			return v, err
		}
	}
	return v, nil
}

// keys looks for values sealed with a key that is not in the secret file, which nobody can read.
func (v *Verified) keys(ctx context.Context, core *access.Core, keys *crypt.Keys) error {
	scopes, err := everywhere(ctx, core, "核验密钥")
	if err != nil {
		return err
	}
	for _, s := range scopes {
		err := access.Read(ctx, s, func(tx *access.Tx) error {
			for _, sealed := range core.Sealed() {
				under, err := sealed.Under(ctx, tx)
				if err != nil {
					return err
				}
				for id, n := range under {
					if !keys.Has(id) {
						v.Broken = append(v.Broken, fmt.Sprintf("区县%d:%s.%s 有%d处用密钥%d加密,密钥文件中没有它", tx.Tenant(), sealed.Table, sealed.Column, n, id))
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
