<?php

/** phpinfo(), and whether a script or its host may change a setting. */

declare(strict_types=1);

var_export(ini_set('pinrelay.sender', 'auto'));
phpinfo(INFO_MODULES);
