package assessment

import (
	"context"
	"time"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/month"
)

// Work gives the module the runner of its long and nightly work. The house calls it before the runner opens.
func (m *Module) Work(jobs *job.Runner) {
	m.jobs = jobs
	jobs.Register(payExportJob, m.exportRun)
	jobs.Every(job.Periodic{Name: "assessment.lock", Every: time.Hour, Do: m.lockDue})
	jobs.Every(job.Periodic{Name: "assessment.uploads", Every: time.Hour, Do: m.SweepUploads})
	jobs.Every(job.Periodic{Name: "assessment.differences", Every: time.Hour, Do: m.differencesAtNight})
}

// Bind hands over what nightly work needs to reach every district.
func (m *Module) Bind(core *access.Core) { m.core = core }

// lockDue makes final, in every district, what became ripe since the last hour: at midnight, or when the last objection
// was answered.
func (m *Module) lockDue(ctx context.Context) error {
	return m.core.EachDistrict(ctx, "归档到期的考评表", func(tx *access.Tx) error {
		_, err := m.Store.Lock(ctx, tx, month.Month{})
		return err
	})
}

// differencesAtNight compares the final months with the register, once a day while nobody waits for the database.
func (m *Module) differencesAtNight(ctx context.Context) error {
	if m.core.Now().Hour() != 2 {
		return nil
	}
	return m.core.EachDistrict(ctx, "核对以前月份的绩效差额", func(tx *access.Tx) error {
		months, err := m.Store.finalMonths(ctx, tx)
		if err != nil {
			return err
		}
		for _, at := range months {
			if _, err := m.Differences(ctx, tx, at, 0); err != nil {
				return err
			}
		}
		return nil
	})
}
