package cadre

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// Details reads what a file says beyond the register.
func (Store) Details(ctx context.Context, tx *access.Tx, person int64) (Details, error) {
	rows, err := tx.Query(ctx, `select `+detailList+`
		from persons where tenant_id = @tenant and id = @person`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person})
	if err != nil {
		return Details{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Details])
}

// setDetails writes them, below the register's own update, which has compared the version. A card that is stored stays:
// it changes by a request with evidence.
func (s Store) setDetails(ctx context.Context, tx *access.Tx, person int64, d Details) error {
	tenant := tx.Tenant()
	seal := func(purpose, plain string) []byte { return s.keys.Encrypt(tenant, purpose, plain) }
	_, err := tx.Exec(ctx, `update persons set native_place = @native, birth_place = @birth_place, party_full_date = @party_full,
			party_branch = @branch, work_start_date = @work_start, health = @health, marital = @marital, technical_post = @technical,
			specialty = @specialty, certificates = @certificates, social_insurance = @insurance, is_local = @local, origins = @origins,
			address_cipher = coalesce(@address, address_cipher), phone2_cipher = coalesce(@phone2, phone2_cipher),
			bank_name = case when bank_index is null then @bank_name else bank_name end,
			bank_cipher = coalesce(bank_cipher, @bank), bank_index = coalesce(bank_index, @bank_index)
		where tenant_id = @tenant and id = @person`, pgx.StrictNamedArgs{"tenant": tenant, "person": person, "native": d.NativePlace,
		"birth_place": d.BirthPlace, "party_full": d.PartyFull, "branch": d.PartyBranch, "work_start": d.WorkStart, "health": d.Health,
		"marital": d.Marital, "technical": d.TechnicalPost, "specialty": d.Specialty, "certificates": d.Certificates, "insurance": d.SocialInsurance,
		"local": d.Local, "origins": d.Origins, "address": seal("cadre.address", d.address), "phone2": seal("cadre.phone", d.phone2),
		"bank_name": d.BankName, "bank": seal("cadre.bank", d.card), "bank_index": s.keys.Index(tenant, "cadre.bank", d.card)})
	return err
}

// opened are sealed values of a file in clear, for the one page after a reveal.
type opened struct{ Address, Phone2, Card string }

func (s Store) open(tenant int64, d Details) (o opened, err error) {
	for _, v := range []struct {
		purpose string
		sealed  []byte
		to      *string
	}{{"cadre.address", d.AddressCipher, &o.Address}, {"cadre.phone", d.Phone2Cipher, &o.Phone2}, {"cadre.bank", d.BankCipher, &o.Card}} {
		if *v.to, err = s.keys.Decrypt(tenant, v.purpose, v.sealed); err != nil {
			return opened{}, err
		}
	}
	return o, nil
}

// differsFrom lists what another user saved beside what was typed, for a stale form. Sealed values are told apart, not told;
// where nothing was typed they stay.
func (d Details) differsFrom(now Details, open opened) (list []fault.Difference) {
	for _, x := range []struct{ label, theirs, yours string }{{"籍贯", now.NativePlace, d.NativePlace}, {"出生地", now.BirthPlace, d.BirthPlace},
		{"转正时间", monthText(now.PartyFull), monthText(d.PartyFull)}, {"所在党支部", now.PartyBranch, d.PartyBranch},
		{"参加工作时间", monthText(now.WorkStart), monthText(d.WorkStart)}, {"健康状况", wordOf(HealthWords, now.Health), wordOf(HealthWords, d.Health)},
		{"婚姻状况", wordOf(MaritalWords, now.Marital), wordOf(MaritalWords, d.Marital)}, {"专业技术职务", now.TechnicalPost, d.TechnicalPost},
		{"熟悉专业有何特长", now.Specialty, d.Specialty}, {"证书", now.Certificates, d.Certificates},
		{"养老保险", wordOf(InsuranceWords, now.SocialInsurance), wordOf(InsuranceWords, d.SocialInsurance)}, {"本村户籍", now.local(), d.local()},
		{"来源身份", now.originNames(), d.originNames()}} {
		if x.theirs != x.yours {
			list = append(list, fault.Difference{Label: x.label, Theirs: x.theirs, Yours: x.yours})
		}
	}
	for _, x := range []struct{ label, theirs, yours string }{{"备用电话", open.Phone2, d.phone2}, {"户籍地址", open.Address, d.address}, {"一卡通卡号", open.Card, d.card}} {
		if x.yours != "" && x.theirs != x.yours {
			list = append(list, fault.Difference{Label: x.label, Theirs: cmp.Or(masked(x.theirs != "", "已登记的"), "未登记"), Yours: "(您填写的)"})
		}
	}
	return list
}
