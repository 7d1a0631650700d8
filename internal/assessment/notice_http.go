package assessment

import "touyan/internal/access"

func (m *Module) noticeRoutes() []access.Route { return nil }
